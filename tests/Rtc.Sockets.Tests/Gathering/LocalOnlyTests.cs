using System.Net;
using QuicPair.Rtc.Sockets.Gathering;
using QuicPair.Rtc.Sockets.Loop;
using QuicPair.Rtc.Wire;
using Xunit;

namespace QuicPair.Rtc.Sockets.Tests.Gathering;

/// <summary>Local mode of a host, on either side: what is foreign is neither offered nor asked nor sent to.</summary>
public sealed class LocalOnlyTests
{
    private const int Port = 4_000;

    [Theory]
    [InlineData(true, "192.168.1.2;fd00::1")]
    [InlineData(false, "203.0.113.5;192.168.1.2;2001:db8::1;fd00::1")]
    public void Foreign_addresses_of_the_machine_are_no_candidates(bool isLocalOnly, string expected)
    {
        var hosts = new HostCandidates(new RtcHostOptions { LocalOnly = isLocalOnly }, Port);
        string[] all = ["203.0.113.5", "192.168.1.2", "2001:db8::1", "fd00::1"];

        var candidates = hosts.From([.. all.Select(each => IPAddress.Parse(each))]);
        Assert.Equal(expected, string.Join(';', candidates.Select(candidate => candidate.Address.ToIPAddress())));
    }

    [Theory]
    [InlineData("203.0.113.5", 0)]
    [InlineData("192.168.1.2", 1)]
    public void A_foreign_address_is_no_candidate_even_as_the_only_one(string address, int candidates)
    {
        var options = new RtcHostOptions { LocalOnly = true, Address = IPAddress.Parse(address) };
        Assert.Equal(candidates, new HostCandidates(options, Port).From([]).Count);
    }

    [Fact]
    public async Task No_server_is_asked_and_no_name_resolved()
    {
        IceServer[] servers =
        [
            new() { Host = "stun.example", Port = 3478 },
            new() { Host = "turn.example", Port = 3478, IsRelay = true, Username = "user", Password = "word" },
        ];
        var resolved = new List<string>();
        await using var host = RtcHost.Start(new RtcHostOptions
        {
            LocalOnly = true,
            AdvertiseLoopback = true,
            IceServers = servers,
            Resolver = (name, _) =>
            {
                lock (resolved) resolved.Add(name);
                return Task.FromResult<IPAddress[]>([]);
            },
        });
        host.UseIceServers(servers);

        Assert.True(await host.Gather(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        Assert.Empty(host.IceServers);
        Assert.All(host.LocalCandidates, candidate => Assert.True(LocalNetwork.Contains(candidate.Address)));
        lock (resolved) Assert.Empty(resolved);
    }

    [Theory]
    [InlineData("203.0.113.5", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("192.168.1.2", true)]
    [InlineData("fd00::1", true)]
    public void Nothing_is_sent_to_a_foreign_candidate_of_the_peer(string address, bool isAllowed)
    {
        using var endpoint = new UdpEndpoint(IPAddress.Loopback, 0, isLocalOnly: true);
        Assert.Equal(isAllowed, endpoint.IsAllowed(TransportAddress.From(IPAddress.Parse(address), Port)));
    }
}
