using QuicPair.Rtc.Channels;
using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Sctp.Chunks;
using QuicPair.Rtc.Tests.Simulation;
using Xunit;

namespace QuicPair.Rtc.Tests.Sctp;

/// <summary>Messages that are given up, and FORWARD TSN (RFC 3758).</summary>
public sealed class PartialReliabilityTests
{
    private static readonly ChannelParameters Once = new() { RetransmissionsMax = 0 };
    private static readonly ChannelParameters Brief = new() { LifetimeMax = TimeSpan.FromMilliseconds(100) };

    [Fact]
    public void A_lost_message_without_retransmissions_is_skipped()
    {
        var pair = Connected();
        var id = pair.Open(Once);
        pair.RunFor(TimeSpan.FromSeconds(1));
        pair.ToRight.Drop = SctpPacket.DropFirst(ChunkType.Data);
        foreach (byte value in new byte[] { 1, 2, 3 })
        {
            pair.Send(pair.Left, id, Enumerable.Repeat(value, 1100).ToArray());
        }

        pair.RunUntil(() => pair.Right.Messages.Count == 2, ChannelPair.Soon, "rest");
        Assert.Equal([2, 3], pair.Right.Messages.ConvertAll(message => (int)message.Payload[0]));
        Assert.Equal(1, pair.Left.Channels.Statistics.MessagesAbandoned);
        AssertAlive(pair, id);
    }

    [Fact]
    public void A_long_message_that_lost_one_fragment_is_given_up_whole()
    {
        var pair = Connected();
        var id = pair.Open(Once);
        pair.RunFor(TimeSpan.FromSeconds(1));
        pair.ToRight.Drop = SctpPacket.DropFirst(ChunkType.Data);
        pair.Send(pair.Left, id, new byte[100_000]);
        pair.Send(pair.Left, id, "after"u8);
        pair.RunUntil(() => pair.Right.Messages.Count == 1, ChannelPair.Soon, "rest");
        Assert.Equal("after"u8, pair.Right.Messages[0].Payload);
        AssertAlive(pair, id);
        Assert.Equal(0, pair.Right.State.Control!.Reassembly.HeldBytes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_long_message_of_which_all_that_was_sent_has_arrived_is_given_up_whole(bool ordered)
    {
        var pair = Connected();
        var id = pair.Open(Once with { Ordered = ordered });
        pair.RunFor(TimeSpan.FromSeconds(1));
        pair.ToLeft.Drop = _ => true;
        pair.Send(pair.Left, id, new byte[100_000]);
        pair.Send(pair.Left, id, "after"u8);
        pair.RunUntil(() => pair.Left.Channels.Statistics.MessagesAbandoned > 0, ChannelPair.Soon, "given up");
        pair.ToLeft.Drop = null;
        pair.RunUntil(() => pair.Right.Messages.Count == 1, ChannelPair.Soon, "rest");
        Assert.Equal("after"u8, pair.Right.Messages[0].Payload);
        AssertAlive(pair, id);
        Assert.Equal(0, pair.Right.State.Control!.Reassembly.HeldBytes);
    }

    [Fact]
    public void A_message_whose_lifetime_ends_during_an_outage_is_not_sent_any_more()
    {
        var pair = Connected();
        var id = pair.Open(Brief);
        pair.RunFor(TimeSpan.FromSeconds(1));
        pair.ToRight.Drop = _ => true;
        for (var index = 0; index < 50; index++)
        {
            pair.Send(pair.Left, id, new byte[1100]);
        }

        pair.RunFor(TimeSpan.FromSeconds(3));
        pair.ToRight.Drop = null;
        pair.RunFor(TimeSpan.FromSeconds(10));
        Assert.Empty(pair.Right.Messages);
        Assert.Equal(50, pair.Left.Channels.Statistics.MessagesAbandoned);
        AssertAlive(pair, id);
    }

    [Fact]
    public void A_lost_forward_tsn_is_repeated()
    {
        var pair = Connected();
        var id = pair.Open(Once);
        pair.RunFor(TimeSpan.FromSeconds(1));
        var data = SctpPacket.DropFirst(ChunkType.Data);
        var forward = SctpPacket.DropFirst(ChunkType.ForwardTsn, 2);
        pair.ToRight.Drop = packet => data(packet) || forward(packet);
        pair.Send(pair.Left, id, new byte[1100]);
        pair.Send(pair.Left, id, new byte[1100]);
        pair.RunUntil(() => pair.Right.Messages.Count == 1, ChannelPair.Soon, "rest");
        pair.ToRight.Drop = null;
        AssertAlive(pair, id);
    }

    [Fact]
    public void Unreliable_channels_never_hang_and_never_reorder_under_a_bad_path()
    {
        for (var seed = 1UL; seed <= 100; seed++)
        {
            var link = LinkOptions.Clean(TimeSpan.FromMilliseconds(20)) with
            {
                Loss = 0.15,
                Duplicate = 0.05,
                Jitter = TimeSpan.FromMilliseconds(15),
            };
            var pair = ChannelPair.Create(link, seed);
            pair.Connect();
            var parameters = (seed % 3) switch
            {
                0 => Once,
                1 => Brief,
                _ => new ChannelParameters { RetransmissionsMax = 1 },
            };
            var id = pair.Open(parameters);
            var random = new SplitMix(seed);
            for (byte index = 0; index < 200; index++)
            {
                pair.Send(pair.Left, id, Enumerable.Repeat(index, 1 + random.NextBelow(5000)).ToArray());
                pair.RunFor(TimeSpan.FromMilliseconds(random.NextBelow(30)));
            }

            pair.RunFor(TimeSpan.FromSeconds(10));
            var arrived = pair.Right.Messages.ConvertAll(message => (int)message.Payload[0]);
            Assert.True(arrived.SequenceEqual(arrived.Order().Distinct()), $"seed {seed}: order");
            Assert.True(arrived.Count > 40, $"seed {seed}: {arrived.Count}");
            Assert.All(pair.Right.Messages, message => Assert.Single(message.Payload.Distinct()));
            AssertAlive(pair, id);
            Assert.True(pair.Right.State.Control!.Reassembly.HeldBytes == 0, $"seed {seed}: bytes held");
        }
    }

    [Fact]
    public void Unordered_messages_overtake_a_lost_one()
    {
        var pair = Connected();
        var id = pair.Open(new ChannelParameters { Ordered = false });
        pair.RunFor(TimeSpan.FromSeconds(1));
        pair.ToRight.Drop = SctpPacket.DropFirst(ChunkType.Data);
        pair.Send(pair.Left, id, Enumerable.Repeat((byte)1, 1100).ToArray());
        pair.Send(pair.Left, id, Enumerable.Repeat((byte)2, 1100).ToArray());
        pair.RunUntil(() => pair.Right.Messages.Count == 2, ChannelPair.Soon, "both");
        Assert.Equal([2, 1], pair.Right.Messages.ConvertAll(message => (int)message.Payload[0]));
    }

    [Fact]
    public void A_forward_tsn_that_arrives_late_or_twice_changes_nothing()
    {
        var pair = Connected();
        var id = pair.Open();
        var control = pair.Right.State.Control!;
        var old = (control.Tracker.Cumulative + -1).Hex();
        var packet = SctpPacket.Create(
            HandshakeTests.Tag(pair.Right), $"C000000C {old} {id.Value:X4} 0000");
        pair.Right.Channels.HandleDatagram(pair.Now, packet);
        pair.Right.Channels.HandleDatagram(pair.Now, packet);
        AssertAlive(pair, id);
    }

    private static Pair<ChannelEndpoint> Connected()
    {
        var pair = ChannelPair.Create();
        pair.Connect();
        return pair;
    }

    private static void AssertAlive(Pair<ChannelEndpoint> pair, StreamId id)
    {
        pair.ToRight.Options = pair.ToLeft.Options = LinkOptions.Clean(TimeSpan.FromMilliseconds(20));
        pair.RunFor(TimeSpan.FromSeconds(5));
        var before = pair.Right.Messages.Count;
        pair.Send(pair.Left, id, "alive"u8);
        pair.RunUntil(() => pair.Right.Messages.Count == before + 1, ChannelPair.Soon, "alive");
        Assert.Equal("alive"u8, pair.Right.Messages[^1].Payload);
    }
}
