using System.Net;
using QuicPair.Rtc.Ice;
using Xunit;

namespace QuicPair.Rtc.Sockets.Tests.Gathering;

public sealed class CoturnTests
{
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(IceTransport.Udp)]
    [InlineData(IceTransport.Tcp)]
    [InlineData(IceTransport.Tls)]
    public async Task A_channel_opens_through_the_relay_and_carries_a_megabyte(IceTransport transport)
    {
        using var coturn = await Coturn.Start();
        await using var pair = await RelayedPair.Connect(coturn, coturn.Server(transport));

        Assert.Equal(PathKind.Relay, pair.Phone.Statistics.Path);
        await pair.Exchange(megabytes: 1);
    }

    [Fact]
    public async Task Both_ends_may_be_behind_relays()
    {
        using var coturn = await Coturn.Start(usesSecret: true);
        await using var pair = await RelayedPair.Connect(coturn, coturn.WithSecret(), bothRelayed: true);

        Assert.Equal(PathKind.Relay, pair.Phone.Statistics.Path);
        Assert.Equal(PathKind.Relay, pair.Mac.Statistics.Path);
        await pair.Exchange(megabytes: 1);
    }

    [Fact]
    public async Task A_wrong_password_costs_the_candidate_and_nothing_else()
    {
        using var coturn = await Coturn.Start();
        await using var host = RtcHost.Start(new RtcHostOptions
        {
            Address = IPAddress.Loopback,
            IceServers = [coturn.Server(IceTransport.Udp, password: "wrong")],
        });

        Assert.True(await host.Gather(LongEnough, Cancellation));
        Assert.Equal(IceCandidateType.Host, Assert.Single(host.LocalCandidates).Type);
    }

    [Fact]
    public async Task A_certificate_that_nobody_trusts_is_refused()
    {
        using var coturn = await Coturn.Start();
        await using var host = RtcHost.Start(new RtcHostOptions
        {
            Address = IPAddress.Loopback,
            IceServers = [coturn.Server(IceTransport.Tls)],
        });

        Assert.True(await host.Gather(LongEnough, Cancellation));
        Assert.DoesNotContain(host.LocalCandidates, candidate => candidate.Type == IceCandidateType.Relayed);
    }

    [Fact]
    public async Task Credentials_that_end_while_data_flows_are_renewed_without_a_gap()
    {
        using var coturn = await Coturn.Start(usesSecret: true);
        await using var pair = await RelayedPair.Connect(
            coturn, coturn.WithSecret(), lifetime: TimeSpan.FromSeconds(4));
        await pair.ExchangeUntilRenewed(times: 3);
        await pair.Exchange(megabytes: 1);

        Assert.Equal(PathKind.Relay, pair.Phone.Statistics.Path);
        Assert.False(pair.Phone.Completion.IsCompleted);
    }

    [Fact]
    public async Task Nonces_that_go_stale_in_use_do_no_harm()
    {
        using var coturn = await Coturn.Start(usesSecret: false, "--stale-nonce=1");
        await using var pair = await RelayedPair.Connect(coturn, coturn.Server(IceTransport.Udp));

        // An allocation begins with a challenge (401); every further one is a nonce that went stale (438). Each Mac
        // needs a channel, and there is no way to it unless the request is repeated with the new nonce. The megabytes
        // in between last longer than the nonce before there are as many Macs as the relay may have peers.
        for (var met = 0; pair.Challenges < 2; met++)
        {
            Assert.InRange(met, 0, 200);
            await pair.MeetAnotherMac();
            await pair.Exchange(megabytes: 1);
        }

        Assert.Equal(PathKind.Relay, pair.Phone.Statistics.Path);
    }

    [Fact]
    public async Task An_allocation_is_given_back_at_the_end()
    {
        using var coturn = await Coturn.Start();
        await using (await RelayedPair.Connect(coturn, coturn.Server(IceTransport.Udp)))
        {
            Assert.DoesNotContain(coturn.Lines(), line => line.Contains("deleted", StringComparison.Ordinal));
        }

        while (!coturn.Lines().Any(line => line.Contains("delete", StringComparison.Ordinal)))
        {
            Cancellation.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
