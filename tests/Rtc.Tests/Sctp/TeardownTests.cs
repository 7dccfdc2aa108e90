using QuicPair.Rtc.Channels;
using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Sctp.Association;
using QuicPair.Rtc.Sctp.Chunks;
using QuicPair.Rtc.Tests.Simulation;
using Xunit;

namespace QuicPair.Rtc.Tests.Sctp;

public sealed class TeardownTests
{
    [Fact]
    public void A_shutdown_delivers_everything_first()
    {
        var pair = ChannelPair.Create();
        pair.Connect();
        var id = pair.Open();
        for (var index = 0; index < 50; index++)
        {
            pair.Send(pair.Left, id, new byte[10_000]);
        }

        pair.Left.Channels.Close(pair.Now);
        Assert.Equal(SendOutcome.Closed, pair.Send(pair.Left, id, [1]));
        AssertEnded(pair, AssociationEnd.Shutdown, AssociationEnd.Shutdown);
        Assert.Equal(50, pair.Right.Messages.Count);
    }

    [Fact]
    public void Both_sides_may_shut_down_at_once()
    {
        var pair = ChannelPair.Create();
        pair.Connect();
        pair.Left.Channels.Close(pair.Now);
        pair.Right.Channels.Close(pair.Now);
        AssertEnded(pair, AssociationEnd.Shutdown, AssociationEnd.Shutdown);
    }

    [Theory]
    [InlineData((int)ChunkType.Shutdown)]
    [InlineData((int)ChunkType.ShutdownAck)]
    [InlineData((int)ChunkType.ShutdownComplete)]
    public void Each_lost_chunk_of_the_shutdown_is_repeated(int type)
    {
        var pair = ChannelPair.Create();
        pair.Connect();
        pair.ToRight.Drop = SctpPacket.DropFirst((ChunkType)type, 2);
        pair.ToLeft.Drop = SctpPacket.DropFirst((ChunkType)type, 2);
        pair.Left.Channels.Close(pair.Now);
        AssertEnded(pair, AssociationEnd.Shutdown, AssociationEnd.Shutdown);
    }

    [Fact]
    public void Shutdown_under_heavy_loss_ends_both_sides_and_loses_nothing()
    {
        for (var seed = 1UL; seed <= 100; seed++)
        {
            var link = LinkOptions.Clean(TimeSpan.FromMilliseconds(10)) with { Loss = 0.2, Duplicate = 0.1 };
            var pair = ChannelPair.Create(link, seed);
            pair.Connect();
            var id = pair.Open();
            pair.Send(pair.Left, id, new byte[20_000]);
            pair.Left.Channels.Close(pair.Now);
            pair.RunUntil(
                () => pair.Left.Saw(ChannelEventKind.Disconnected)
                    && pair.Right.Saw(ChannelEventKind.Disconnected),
                TimeSpan.FromMinutes(2),
                "shutdown");
            Assert.Single(pair.Right.Messages);
        }
    }

    [Fact]
    public void An_abort_reaches_the_peer()
    {
        var pair = ChannelPair.Create();
        pair.Connect();
        var id = pair.Open();
        pair.Left.Channels.Abort(pair.Now);
        AssertEnded(pair, AssociationEnd.Aborted, AssociationEnd.PeerAborted);
        Assert.Contains(pair.Right.Events, e => e.Kind == ChannelEventKind.Closed && e.Id == id);
        Assert.Null(pair.Left.NextTimeout);
        Assert.Null(pair.Right.NextTimeout);
    }

    [Fact]
    public void A_shutdown_that_nobody_answers_ends_in_bounded_time()
    {
        var pair = ChannelPair.Create();
        pair.Connect();
        pair.ToRight.Drop = _ => true;
        pair.Left.Channels.Close(pair.Now);
        pair.RunUntil(
            () => pair.Left.Saw(ChannelEventKind.Disconnected), TimeSpan.FromMinutes(1), "giving up");
        Assert.Equal(
            AssociationEnd.Unanswered, Assert.IsType<AssociationState.Ended>(pair.Left.State).Reason);
    }

    [Fact]
    public void Data_without_payload_aborts()
    {
        var pair = ChannelPair.Create();
        pair.Connect();
        var control = pair.Right.State.Control!;
        var tsn = control.Tracker.Cumulative.Next.Hex();
        var packet = SctpPacket.Create(
            HandshakeTests.Tag(pair.Right), $"00030010 {tsn} 0000 0000 00000035");
        pair.Right.Channels.HandleDatagram(pair.Now, packet);
        pair.Drain();
        AssertEnded(pair, AssociationEnd.PeerAborted, AssociationEnd.ProtocolViolation);
    }

    private static void AssertEnded(Pair<ChannelEndpoint> pair, AssociationEnd left, AssociationEnd right)
    {
        pair.RunUntil(
            () => pair.Left.Saw(ChannelEventKind.Disconnected)
                && pair.Right.Saw(ChannelEventKind.Disconnected),
            TimeSpan.FromSeconds(30),
            "end");
        Assert.Equal(left, Assert.IsType<AssociationState.Ended>(pair.Left.State).Reason);
        Assert.Equal(right, Assert.IsType<AssociationState.Ended>(pair.Right.State).Reason);
    }
}
