using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Tests.Ice;
using QuicPair.Rtc.Turn;
using QuicPair.Rtc.Wire;
using Xunit;

namespace QuicPair.Rtc.Tests.Turn;

public sealed class RelayedPeersTests
{
    private const int All = TurnTimings.LastChannel - TurnTimings.FirstChannel + 1;

    [Fact]
    public void Who_comes_back_gets_the_channel_that_he_had()
    {
        var (peers, now) = (new RelayedPeers(), Instant.Start);
        Assert.Equal([0x4000, 0x4001], new[] { 1, 2 }.Select(peer => Assign(peers, now, peer)));
        now += TurnTimings.ForgetPeer;
        peers.ForgetIdle(now);

        Assert.Equal([0x4002, 0x4001, 0x4000], new[] { 3, 2, 1 }.Select(peer => Assign(peers, now, peer)));
    }

    [Fact]
    public void When_every_number_was_given_out_one_that_has_rested_is_next_and_no_other()
    {
        var (peers, now) = (new RelayedPeers(), Instant.Start);
        for (var peer = 0; peer < All; peer += TurnTimings.MaximumPeers)
        {
            for (var each = 0; each < TurnTimings.MaximumPeers; each++) Assign(peers, now, peer + each);
            now += TurnTimings.ForgetPeer;
            peers.ForgetIdle(now);
        }

        for (var each = 0; each < TurnTimings.MaximumPeers; each++)
        {
            Assert.InRange(Assign(peers, now, All + each), 0x4000, 0x4000 + TurnTimings.MaximumPeers - 1);
        }

        Assert.DoesNotContain(peers.All, peer => peer.Channel == 0);
    }

    [Fact]
    public void A_number_that_rests_is_nobody_elses()
    {
        var (peers, now) = (new RelayedPeers(), Instant.Start);
        for (var peer = 0; peer < All; peer++)
        {
            Assign(peers, now, peer);

            // Idle for just long enough, one after the other, so that none has rested by the end.
            peers.ForgetIdle(now + TurnTimings.ForgetPeer);
        }

        var late = peers.FindOrAdd(now, Address(All))!;
        Assert.False(peers.TryAssignChannel(now + TurnTimings.ForgetPeer, late));
        Assert.True(peers.TryAssignChannel(now + TurnTimings.ForgetPeer + TurnTimings.ChannelReuse, late));
    }

    private static int Assign(RelayedPeers peers, Instant now, int number)
    {
        var peer = peers.FindOrAdd(now, Address(number))!;
        Assert.True(peers.TryAssignChannel(now, peer));
        return peer.Channel;
    }

    private static TransportAddress Address(int number) => IcePair.Address("192.0.2.7", 1_000 + number);
}
