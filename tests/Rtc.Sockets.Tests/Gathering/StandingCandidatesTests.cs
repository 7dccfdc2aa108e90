using System.Net;
using QuicPair.Rtc.Ice;
using Xunit;

namespace QuicPair.Rtc.Sockets.Tests.Gathering;

public sealed class StandingCandidatesTests
{
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_server_sees_becomes_a_candidate()
    {
        using var stun = new ScriptedStun("203.0.113.9:41000");
        await using var host = RtcHost.Start(Options(stun));
        Assert.True(await host.Gather(LongEnough, Cancellation));
        await using var phone = host.CreateOffer(new PeerOptions());

        Assert.Matches(
            "a=candidate:s1 1 udp [0-9]+ 203\\.0\\.113\\.9 41000 typ srflx raddr 0\\.0\\.0\\.0 rport 9",
            phone.LocalDescription);
    }

    [Fact]
    public async Task Two_servers_that_see_the_same_address_make_one_candidate()
    {
        using var first = new ScriptedStun("203.0.113.9:41000");
        using var second = new ScriptedStun("203.0.113.9:41000");
        using var third = new ScriptedStun("203.0.113.9:41001");
        await using var host = RtcHost.Start(Options(first, second, third));
        Assert.True(await host.Gather(LongEnough, Cancellation));

        Assert.Equal(2, host.LocalCandidates.Count(candidate => candidate.Address.Port is 41000 or 41001));
    }

    [Fact]
    public async Task An_answer_never_waits_for_a_server()
    {
        using var silent = new ScriptedStun(tells: null);
        Assert.True(IceServer.TryParse("stun:no-such-name.invalid", out var unresolved));
        Assert.True(IceServer.TryParse("turn:no-such-name.invalid?transport=tcp", out var relay));
        var options = Options(silent);
        await using var mac = RtcHost.Start(options with { IceServers = [silent.Server, unresolved, relay] });
        await using var phoneHost = RtcHost.Start(Options());
        await using var phone = phoneHost.CreateOffer(new PeerOptions { Channels = [new ChannelOptions("llm")] });

        // Making the answer is one call: nothing in it can wait. No server has said a word by then, or ever will.
        await using var answer = mac.CreateAnswer(phone.LocalDescription, new PeerOptions());
        Assert.Contains("typ host", answer.LocalDescription, StringComparison.Ordinal);
        phone.SetRemoteDescription(answer.LocalDescription);
        await phone.AcceptChannel(Cancellation);
        await silent.Asked.WaitAsync(Cancellation);

        Assert.False(await mac.Gather(TimeSpan.Zero, Cancellation));
        Assert.DoesNotContain("srflx", answer.LocalDescription, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_candidate_that_is_found_late_is_in_the_offer_that_waits_for_its_answer()
    {
        await using var host = RtcHost.Start(Options());
        await using var phone = host.CreateOffer(new PeerOptions());
        Assert.DoesNotContain("srflx", phone.LocalDescription, StringComparison.Ordinal);

        using var stun = new ScriptedStun("203.0.113.9:41000");
        host.UseIceServers([stun.Server]);
        Assert.True(await host.Gather(LongEnough, Cancellation));

        Assert.Contains("203.0.113.9 41000 typ srflx", phone.LocalDescription, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_with_a_name_is_asked_at_what_the_name_stands_for()
    {
        using var stun = new ScriptedStun("203.0.113.9:41000");
        await using var host = RtcHost.Start(Options() with
        {
            IceServers = [stun.Server with { Host = "stun.example" }, stun.Server with { Host = "other.example" }],
            Resolver = (name, _) => Task.FromResult<IPAddress[]>(name == "stun.example" ? [IPAddress.Loopback] : []),
        });
        Assert.True(await host.Gather(LongEnough, Cancellation));

        Assert.Contains(host.LocalCandidates, candidate => candidate.Address.Port == 41000);
        Assert.Equal(
            [IceServerAnswer.Answered, IceServerAnswer.Unresolved], host.IceServers.Select(state => state.Answer));
    }

    [Fact]
    public async Task Two_names_of_one_relay_make_one_candidate_and_both_have_answered()
    {
        using var coturn = await Coturn.Start();
        var server = coturn.Server(IceTransport.Udp);
        await using var host = RtcHost.Start(Options() with
        {
            IceServers = [server with { Host = "turn.example" }, server with { Host = "other.example" }],
            Resolver = (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]),
        });
        Assert.True(await host.Gather(LongEnough, Cancellation));

        Assert.Single(host.LocalCandidates, candidate => candidate.Type == IceCandidateType.Relayed);
        Assert.Equal(
            [IceServerAnswer.Answered, IceServerAnswer.Answered], host.IceServers.Select(state => state.Answer));
    }

    [Fact]
    public async Task Servers_that_are_not_used_any_more_leave_no_candidate()
    {
        using var stun = new ScriptedStun("203.0.113.9:41000");
        await using var host = RtcHost.Start(Options(stun));
        Assert.True(await host.Gather(LongEnough, Cancellation));
        host.UseIceServers([]);

        Assert.DoesNotContain(host.LocalCandidates, candidate => candidate.Address.Port == 41000);
    }

    [Fact]
    public async Task All_interfaces_are_gathered_without_loopback_and_link_local_addresses()
    {
        await using var host = RtcHost.Start(new RtcHostOptions());
        var addresses = host.LocalCandidates.Select(candidate => candidate.Address).ToList();

        Assert.NotEmpty(addresses);
        Assert.DoesNotContain(addresses, address => address.IsLinkLocal);
        Assert.True(addresses.Count == 1 || !addresses.Exists(address => address.IsLoopback));
        Assert.Equal(addresses.Distinct().Count(), addresses.Count);
    }

    private static RtcHostOptions Options(params ScriptedStun[] servers) => new()
    {
        Address = IPAddress.Loopback,
        IceServers = [.. servers.Select(server => server.Server)],
    };
}
