using QuicPair.Client.Session;
using QuicPair.Protocol;
using QuicPair.Rtc.Sockets;

namespace QuicPair.Client.Tests;

public sealed class IceServersTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestMac _mac = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _mac.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_phone_asks_for_servers_before_its_offer_and_once_for_two_connections()
    {
        _mac.IceServers = [new() { Urls = ["stun:127.0.0.1:9", "unknown:thing"] }];
        await using var phone = NewPhone();
        await using (await phone.Pair(_mac.Link, Cancellation))
        {
            var asked = Assert.Single(_mac.IceRequests);
            Assert.Equal(_mac.Offers[0].Device, asked.Device);
            Assert.NotEqual(_mac.Offers[0].Nonce, asked.Nonce);
        }

        await using var again = await phone.Open(phone.Pairings.Load()[0], Cancellation);
        Assert.Single(_mac.IceRequests);
    }

    [Fact]
    public async Task A_front_door_without_an_answer_costs_only_the_servers()
    {
        _mac.IceServers = null;
        await using var phone = NewPhone();
        await using var mac = await phone.Pair(_mac.Link, Cancellation);

        Assert.True(_mac.IsPaired);
    }

    [Fact]
    public async Task A_link_for_the_local_network_asks_nobody()
    {
        await using var phone = NewPhone();
        var link = _mac.Link with { Flags = LinkFlags.LocalNetworkOnly };
        await using var mac = await phone.Pair(link, Cancellation);

        Assert.Empty(_mac.IceRequests);
    }

    [Fact]
    public async Task A_pairing_for_the_local_network_has_a_port_of_its_own_that_speaks_with_nobody_else()
    {
        await using var phone = NewPhone();
        var link = _mac.Link with { Flags = LinkFlags.LocalNetworkOnly };
        await (await phone.Pair(link, Cancellation)).DisposeAsync();
        var first = Port(_mac.Offers[^1].Sdp);
        var local = Assert.Single(phone.Pairings.Load());
        var usual = local with { Flags = LinkFlags.None };
        await (await phone.Open(usual, Cancellation)).DisposeAsync();
        var other = Port(_mac.Offers[^1].Sdp);
        await (await phone.Open(local, Cancellation)).DisposeAsync();

        Assert.Equal(first, Port(_mac.Offers[^1].Sdp));
        Assert.NotEqual(first, other);
        var options = new RtcHostOptions { Port = 7000 };
        Assert.Equal(options with { LocalOnly = true, Port = 0 }, PhonePorts.OptionsFor(options, [usual, local]));
        Assert.Same(options, PhonePorts.OptionsFor(options, [usual]));
    }

    [Fact]
    public async Task A_candidate_found_after_the_offer_goes_to_the_Mac_in_a_second_one()
    {
        using var stun = new LateStun(_mac.Posted.Task);
        _mac.IceServers = [new() { Urls = [stun.Uri] }];
        _mac.LosesFirstCandidates = true;
        await using var phone = NewPhone();
        await using var mac = await phone.Pair(_mac.Link, Cancellation);

        var (first, second) = (_mac.Offers[0], _mac.Offers[1]);
        Assert.DoesNotContain("203.0.113.7", first.Sdp, StringComparison.Ordinal);
        Assert.Contains("203.0.113.7 4000 typ srflx", second.Sdp, StringComparison.Ordinal);
        Assert.NotEqual(first.Nonce, second.Nonce);
        foreach (var name in new[] { "a=ice-ufrag:", "a=ice-pwd:", "a=fingerprint:" })
        {
            Assert.Equal(Line(first.Sdp, name), Line(second.Sdp, name));
        }
    }

    [Fact]
    public async Task Servers_that_are_told_late_are_used_and_what_they_find_follows_the_offer()
    {
        using var stun = new LateStun(_mac.Posted.Task);
        _mac.IceServers = [new() { Urls = [stun.Uri] }];
        _mac.TellsIceServersLate = true;
        _mac.LosesFirstCandidates = true;
        await using var phone = NewPhone();
        await using var mac = await phone.Pair(_mac.Link, Cancellation);

        Assert.DoesNotContain("203.0.113.7", _mac.Offers[0].Sdp, StringComparison.Ordinal);
        Assert.Contains("203.0.113.7 4000 typ srflx", _mac.Offers[1].Sdp, StringComparison.Ordinal);
    }

    private static string Line(string sdp, string name) =>
        Assert.Single(sdp.Split("\r\n"), line => line.StartsWith(name, StringComparison.Ordinal));

    private static string Port(string sdp) => Line(sdp, "a=candidate:").Split(' ')[5];

    private Phone NewPhone() => _mac.NewPhone(_folder);
}
