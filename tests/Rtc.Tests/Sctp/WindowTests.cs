using QuicPair.Rtc.Channels;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Sctp.Chunks;
using QuicPair.Rtc.Tests.Simulation;
using Xunit;

namespace QuicPair.Rtc.Tests.Sctp;

/// <summary>Windows that are tiny, closed, or lied about, and memory that stays bounded.</summary>
public sealed class WindowTests
{
    [Theory]
    [InlineData(1500)]
    [InlineData(4000)]
    [InlineData(20_000)]
    public void A_tiny_receive_window_slows_down_but_loses_nothing(int window)
    {
        var options = new SctpOptions { ReceiveWindow = window, MessageLengthMax = 64 * 1024 };
        var pair = ChannelPair.Create(right: options);
        pair.Connect();
        var id = pair.Open();
        for (var index = 0; index < 40; index++)
        {
            pair.Send(pair.Left, id, new byte[1000]);
        }

        pair.RunUntil(() => pair.Right.Messages.Count == 40, TimeSpan.FromMinutes(1), "messages");
    }

    [Fact]
    public void A_message_longer_than_the_window_still_arrives()
    {
        var pair = ChannelPair.Create(right: new SctpOptions { ReceiveWindow = 16 * 1024 });
        pair.Connect();
        var id = pair.Open();
        pair.Send(pair.Left, id, new byte[200_000]);
        pair.RunUntil(() => pair.Right.Messages.Count == 1, TimeSpan.FromMinutes(2), "message");
    }

    [Fact]
    public void An_application_that_takes_nothing_closes_the_window_and_reopens_it()
    {
        var now = Instant.Start + TimeSpan.FromSeconds(1);
        var (left, right, id) = Connected(now, new SctpOptions { ReceiveWindow = 50_000 });
        for (var index = 0; index < 200; index++)
        {
            left.Send(now, id, new byte[1000]);
        }

        // The right end's events are not taken: only packets go back and forth.
        for (var round = 0; round < 200; round++)
        {
            now += TimeSpan.FromMilliseconds(50);
            Exchange(left, right, now);
        }

        var control = right.Association.State.Control!;
        Assert.InRange(control.Reassembly.HeldBytes, 40_000, 50_000 + (256 * 1024));
        var taken = 0;
        for (var round = 0; round < 400 && taken < 200; round++)
        {
            while (right.TryTake(out var happened))
            {
                taken += happened.Kind == ChannelEventKind.Message ? 1 : 0;
            }

            now += TimeSpan.FromMilliseconds(50);
            Exchange(left, right, now);
        }

        Assert.Equal(200, taken);
    }

    [Fact]
    public void A_peer_that_ignores_the_window_cannot_fill_the_memory()
    {
        var now = Instant.Start + TimeSpan.FromSeconds(1);
        var (_, right, _) = Connected(now, new SctpOptions { ReceiveWindow = 100_000 });
        var control = right.Association.State.Control!;
        var tsn = control.Tracker.Cumulative.Next;
        var tag = right.Association.LocalTag;
        var payload = new string('0', 2000);
        for (var index = 1; index < 10_000; index++)
        {
            // Gaps before each chunk, so that nothing can be delivered.
            right.HandleDatagram(now, SctpPacket.Create(
                tag, $"000303F8 {(tsn + index).Hex()} 0000 {index:X4} 00000035 {payload}"));
        }

        Assert.InRange(control.Reassembly.HeldBytes, 50_000, 100_000);
        Assert.True(right.Statistics.WindowOverruns > 9_000);
    }

    [Fact]
    public void Chunks_of_one_byte_are_bounded_by_their_number()
    {
        var now = Instant.Start + TimeSpan.FromSeconds(1);
        var (_, right, _) = Connected(now, new SctpOptions());
        var control = right.Association.State.Control!;
        var tsn = control.Tracker.Cumulative.Next;
        var tag = right.Association.LocalTag;
        for (var index = 1; index < 30_000; index++)
        {
            right.HandleDatagram(now, SctpPacket.Create(
                tag, $"00030011 {(tsn + index).Hex()} 0000 {index:X4} 00000035 00 000000"));
        }

        Assert.InRange(control.Reassembly.HeldChunks, 16_000, 17_500);
    }

    [Fact]
    public void A_message_longer_than_announced_aborts()
    {
        var pair = ChannelPair.Create(right: new SctpOptions { MessageLengthMax = 10_000 });
        pair.Connect();
        var id = pair.Open();
        pair.Send(pair.Left, id, new byte[20_000]);
        pair.RunUntil(
            () => pair.Left.Saw(ChannelEventKind.Disconnected), ChannelPair.Soon, "abort");
    }

    [Fact]
    public void Sacks_for_what_was_never_sent_are_dropped()
    {
        var pair = ChannelPair.Create();
        pair.Connect();
        var id = pair.Open();
        pair.RunFor(TimeSpan.FromSeconds(1));
        var last = pair.Left.State.Control!.Sender.LastAssignedTsn;
        var tag = HandshakeTests.Tag(pair.Left);
        var dropped = pair.Left.Channels.Statistics.PacketsDropped;
        foreach (var sack in new[]
        {
            $"03000010 {(last + 1).Hex()} 00500000 0000 0000",
            $"03000010 {(last + 1_000_000).Hex()} 00500000 0000 0000",
            $"03000014 {last.Hex()} 00500000 0001 0000 0002 0002",
            $"03000014 {last.Hex()} 00500000 0001 0000 FFFE FFFF",
            $"03000014 {last.Hex()} 00500000 0001 0000 0003 0002",
            $"03000010 {last.Hex()} 00500000 FFFF FFFF",
        })
        {
            pair.Left.Channels.HandleDatagram(pair.Now, SctpPacket.Create(tag, sack));
        }

        Assert.Equal(dropped + 6, pair.Left.Channels.Statistics.PacketsDropped);
        HandshakeTests.AssertTalk(pair);
    }

    [Fact]
    public void A_receiver_that_takes_back_what_it_had_acknowledged_gets_it_again()
    {
        var now = Instant.Start + TimeSpan.FromSeconds(1);
        var (left, _, id) = Connected(now, new SctpOptions());
        var first = left.Association.State.Control!.Sender.LastAssignedTsn.Next;
        for (var index = 0; index < 3; index++)
        {
            left.Send(now, id, new byte[1000]);
        }

        Assert.Equal(3, Transmit(left, now).Count);
        var tag = left.Association.LocalTag;
        left.HandleDatagram(now + TimeSpan.FromMilliseconds(50), SctpPacket.Create(
            tag, $"03000014 {first.Previous.Hex()} 00500000 0001 0000 0002 0003"));
        left.HandleDatagram(now + TimeSpan.FromMilliseconds(51), SctpPacket.Create(
            tag, $"03000010 {first.Hex()} 00500000 0000 0000"));
        var again = Transmit(left, now + TimeSpan.FromMilliseconds(51));
        Assert.Equal(2, again.Count(packet => SctpPacket.Has(packet, ChunkType.Data)));
    }

    private static (DataChannels Left, DataChannels Right, StreamId Id) Connected(
        Instant now, SctpOptions right)
    {
        var random = new SplitMix(7);
        var left = new DataChannels(new SctpOptions(), random, isDtlsClient: true);
        var other = new DataChannels(right, random, isDtlsClient: false);
        left.Connect(now);
        Assert.True(left.TryOpen(now, new ChannelParameters(), out var id));
        for (var round = 0; round < 5; round++)
        {
            Exchange(left, other, now);
        }

        while (left.TryTake(out _) || other.TryTake(out _))
        {
        }

        return (left, other, id);
    }

    private static void Exchange(DataChannels left, DataChannels right, Instant now)
    {
        foreach (var (from, to) in new[] { (left, right), (right, left) })
        {
            if (from.NextTimeout is { } timeout && timeout <= now)
            {
                from.HandleTimeout(now);
            }

            foreach (var packet in Transmit(from, now))
            {
                to.HandleDatagram(now, packet);
            }
        }
    }

    private static List<byte[]> Transmit(DataChannels from, Instant now)
    {
        var packets = new List<byte[]>();
        var packet = new byte[1200];
        while (from.TryTransmit(now, packet, out var length))
        {
            packets.Add(packet[..length]);
        }

        return packets;
    }
}
