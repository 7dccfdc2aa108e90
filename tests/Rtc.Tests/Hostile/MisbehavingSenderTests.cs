using QuicPair.Rtc.Sctp.Association;
using QuicPair.Rtc.Sctp.Chunks;
using QuicPair.Rtc.Tests.Simulation;
using Xunit;

namespace QuicPair.Rtc.Tests.Hostile;

/// <summary>
/// A peer that sends what no honest one would: memory stays bounded, and each packet has one answer at most.
/// </summary>
public sealed class MisbehavingSenderTests
{
    private const int Begin = 2;
    private const int End = 1;
    private const int Whole = Begin | End;
    private const int HeldBytesMax = (5 * 1024 * 1024) + (256 * 1024);
    private const int HeldChunksMax = 17 * 1024;

    [Fact]
    public void Wrong_checksums_cost_and_change_nothing()
    {
        var peer = RawPeer.Connect();
        var packet = SctpPacket.Create(
            peer.Victim.Association.LocalTag, RawPeer.Data(peer.Next, 0, 0, Whole, 500));
        packet[9] ^= 1;
        var next = peer.Next;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var count = 0; count < 10_000; count++) peer.Victim.HandleDatagram(peer.Now, packet);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        peer.Drain();

        Assert.Equal(0, peer.Answers);
        Assert.Equal(0, allocated);
        Assert.Equal(next, peer.Next);
        Assert.Equal(0, peer.Control.Reassembly.HeldChunks);
        Assert.Equal(10_000, peer.Victim.Statistics.PacketsDropped);
    }

    [Theory]
    [InlineData(1_169)]
    [InlineData(1_983)]
    public void A_chunk_longer_than_ours_is_taken(int length)
    {
        var peer = RawPeer.Connect();
        peer.SendData(peer.Next, 0, 0, Begin, length);
        Assert.Equal(length, peer.Control.Reassembly.HeldBytes);
    }

    [Fact]
    public void Numbers_outside_the_window_are_not_kept()
    {
        var peer = RawPeer.Connect();
        var next = peer.Next;
        peer.ForgetAnswers();
        const int packets = 5000;
        for (var count = 0; count < packets; count++)
        {
            var offset = (count % 4) switch
            {
                0 => 70_000 + count,
                1 => int.MaxValue - count,
                2 => int.MinValue + count,
                _ => -1 - count,
            };
            peer.SendData(next + offset, 0, count, Whole, 100);
        }

        Assert.Equal(next, peer.Next);
        Assert.Equal(0, peer.Control.Reassembly.HeldChunks);
        Assert.InRange(peer.Answers, 1, packets);
        Assert.InRange(peer.BytesOut, 1, peer.BytesIn);
    }

    [Fact]
    public void Holes_everywhere_draw_one_packet_of_sack_each()
    {
        var peer = RawPeer.Connect();
        var next = peer.Next;
        peer.ForgetAnswers();
        const int packets = 5000;
        for (var count = 1; count <= packets; count++) peer.SendData(next + (2 * count), 0, count + 9, Whole);

        Assert.InRange(peer.Answers, 1, packets);
        Assert.InRange(peer.BytesOut, 1, 1191L * packets);
        Assert.InRange(peer.Control.Reassembly.HeldChunks, 1, 280);
    }

    [Fact]
    public void Overlapping_fragments_are_bounded_and_given_up_by_forward_tsn()
    {
        for (var seed = 1ul; seed <= 20; seed++)
        {
            var peer = RawPeer.Connect();
            var random = new SplitMix(seed);
            var next = peer.Next;
            peer.ForgetAnswers();
            for (var count = 0; count < 2000; count++)
            {
                // Beginnings without ends, ends without beginnings, one number in two messages.
                var tsn = next + (1 + random.NextBelow(600));
                var (stream, ssn, flags) = (random.NextBelow(2), random.NextBelow(3), random.NextBelow(8));
                peer.SendData(tsn, stream, ssn, flags, 1 + random.NextBelow(900));
            }

            Assert.InRange(peer.Control.Reassembly.HeldBytes, 0, HeldBytesMax);
            Assert.InRange(peer.Answers, 1, 2000);
            peer.Send($"C0000010 {(next + 700).Hex()} 0000 7000 0001 7000");
            Assert.Equal(0, peer.Control.Reassembly.HeldChunks);
            Assert.Equal(0, peer.Control.Reassembly.HeldBytes);
            peer.SendData(peer.Next, 0, 0x7001, Whole);
            Assert.Equal(next + 702, peer.Next);
        }
    }

    [Fact]
    public void Fragments_that_never_end_stop_at_the_longest_message()
    {
        var peer = RawPeer.Connect();
        for (var count = 0; count < 5000 && peer.Victim.Association.State.Control is not null; count++)
        {
            peer.SendData(peer.Next, 0, 0, count == 0 ? Begin : 0, 900);
        }

        var ended = Assert.IsType<AssociationState.Ended>(peer.Victim.Association.State);
        Assert.Equal(AssociationEnd.ProtocolViolation, ended.Reason);
    }

    [Fact]
    public void Ordered_messages_in_the_worst_order_are_held_within_bounds_and_delivered_in_order()
    {
        var peer = RawPeer.Connect();
        const int messages = 12_000;
        for (var count = messages; count >= 1; count -= 40)
        {
            string[] chunks = [.. Enumerable.Range(0, 40).Select(
                each => RawPeer.Data(peer.Next + each, 0, ((count - each) * 2) % messages, Whole))];
            peer.Send(chunks);
        }

        Assert.InRange(peer.Control.Reassembly.HeldChunks, 0, HeldChunksMax);
        peer.Send($"C000000C {peer.Control.Tracker.Cumulative.Next.Hex()} 0000 {messages:X4}");
        Assert.Equal(0, peer.Control.Reassembly.HeldChunks);
    }

    [Fact]
    public void Several_forward_tsns_in_one_packet_are_read_once()
    {
        var peer = RawPeer.Connect();
        var next = peer.Next;
        string[] forwards = [.. Enumerable.Range(0, 60).Select(index => $"C0000008 {(next + index).Hex()}")];
        peer.Send(forwards);

        Assert.Equal(next.Next, peer.Next);
    }

    [Fact]
    public void Messages_on_every_stream_there_is_are_not_remembered_for_ever()
    {
        var peer = RawPeer.Connect();
        for (var stream = 0; stream <= ushort.MaxValue; stream++) peer.SendData(peer.Next, stream, 0, Whole);

        Assert.InRange(peer.Control.Reassembly.StreamCount, 1, 2048);
        Assert.Equal(0, peer.Control.Reassembly.HeldChunks);
    }

    [Fact]
    public void Chunks_that_nobody_knows_are_reported_once_per_packet()
    {
        var peer = RawPeer.Connect();
        peer.ForgetAnswers();
        string[] unknown = [.. Enumerable.Repeat("D3000004", 60)];
        for (var count = 0; count < 1000; count++) peer.Send(unknown);

        Assert.InRange(peer.Answers, 1, 1000);
        Assert.InRange(peer.BytesOut, 1, peer.BytesIn / 2);
    }

    [Fact]
    public void Heartbeats_are_answered_once_per_packet_and_never_with_more_than_they_said()
    {
        var peer = RawPeer.Connect();
        peer.ForgetAnswers();
        string[] beats = [.. Enumerable.Repeat("04000010 0001000C 0000000000000001", 50)];
        for (var count = 0; count < 1000; count++) peer.Send(beats);
        Assert.InRange(peer.Answers, 1, 1000);
        Assert.InRange(peer.BytesOut, 1, peer.BytesIn / 10);

        var large = SctpPacket.Create(peer.Victim.Association.LocalTag, $"040005DC {new string('0', 2992)}");
        peer.ForgetAnswers();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var count = 0; count < 1000; count++) peer.Victim.HandleDatagram(peer.Now, large);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        peer.Drain();
        Assert.Equal(0, peer.Answers);
    }

    [Fact]
    public void No_kind_of_chunk_draws_more_than_a_packet_or_two()
    {
        byte[] types = [0, 1, 2, 3, 4, 5, 7, 9, 10, 11, 0x82, 0xC0, 0x40, 0x80, 0xFF];
        foreach (var type in types.Select(value => (ChunkType)value))
        {
            var peer = RawPeer.Connect();
            peer.ForgetAnswers();
            var random = new SplitMix((ulong)type + 1);
            var body = new byte[28];
            for (var count = 0; count < 2000; count++)
            {
                random.Fill(body);
                peer.Send($"{(byte)type:X2}{random.NextBelow(4):X2}0020{Convert.ToHexString(body)}");
            }

            Assert.True(peer.Answers <= 2000 + 10, $"{type}: {peer.Answers} answers");
            Assert.True(peer.BytesOut <= 3 * peer.BytesIn, $"{type}: {peer.BytesOut} for {peer.BytesIn} bytes");
        }
    }
}
