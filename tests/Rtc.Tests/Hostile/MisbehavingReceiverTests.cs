using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Sctp.Association;
using QuicPair.Rtc.Tests.Simulation;
using Xunit;

namespace QuicPair.Rtc.Tests.Hostile;

/// <summary>A peer that lies about what it has received.</summary>
public sealed class MisbehavingReceiverTests
{
    [Fact]
    public void A_storm_of_sacks_in_one_packet_is_read_once()
    {
        var peer = WithOutstanding(messages: 200);
        var first = peer.Control.Sender.LastAssignedTsn + (1 - peer.Control.Sender.Held.Chunks);
        var dropped = peer.Victim.Statistics.PacketsDropped;
        peer.ForgetAnswers();
        string[] sacks = [.. Enumerable.Range(0, 60).Select(index => Sack(first + index))];
        peer.Send(sacks);

        // Only the first of them counts.
        Assert.Equal(dropped + 1, peer.Victim.Statistics.PacketsDropped);
        Assert.Equal(first + 1, peer.Control.Sender.LastAssignedTsn + (1 - peer.Control.Sender.Held.Chunks));
    }

    [Fact]
    public void Sacks_without_news_are_answered_with_nothing()
    {
        var peer = WithOutstanding(messages: 5);
        var last = peer.Control.Sender.LastAssignedTsn;
        peer.Send(Sack(last));
        peer.ForgetAnswers();
        for (var count = 0; count < 10_000; count++) peer.Send(Sack(last));

        Assert.Equal(0, peer.Answers);
        Assert.Equal((0, 0), peer.Control.Sender.Held);
    }

    [Fact]
    public void A_receiver_that_takes_back_again_and_again_gets_a_packet_or_two_each_time()
    {
        var peer = WithOutstanding(messages: 3000);
        var held = peer.Control.Sender.Held.Chunks;
        var first = peer.Control.Sender.LastAssignedTsn + (1 - held);
        Assert.True(held > 100);
        const int cycles = 200;
        for (var cycle = -10; cycle < cycles; cycle++)
        {
            // What fits the window goes out before the peer has shown what it is.
            if (cycle == 0) peer.ForgetAnswers();

            // All has arrived but the first chunk; then only that one has.
            held = peer.Control.Sender.Held.Chunks;
            peer.Send($"03000014 {first.Previous.Hex()} 01000000 0001 0000 0002 {held:X4}");
            peer.Send(Sack(first));
            first += 1;
        }

        Assert.InRange(peer.DataChunks, 1, cycles * 12);
        Assert.InRange(peer.BytesOut, 1, 8 * 1191L * cycles);
    }

    [Fact]
    public void A_peer_that_acknowledges_everything_and_then_stops_holds_bounded_memory()
    {
        var peer = RawPeer.Connect(new SctpOptions { SendBuffer = 64 * 1024 * 1024 });
        var message = new byte[250_000];
        for (var round = 0; round < 20; round++)
        {
            while (peer.Victim.Send(peer.Now, peer.Channel, message) == SendOutcome.Accepted)
            {
            }

            peer.Drain();
            if (round < 14) peer.Send(Sack(peer.Control.Sender.LastAssignedTsn));
            peer.Wait(TimeSpan.FromMilliseconds(1));
        }

        var (chunks, bytes) = peer.Control.Sender.Held;
        Assert.InRange(bytes, 1, (16 * 1024 * 1024) + 1168);
        Assert.InRange(chunks, 1, 16 * 1024);
    }

    [Fact]
    public void A_peer_that_acknowledges_all_but_the_first_chunk_holds_bounded_memory()
    {
        var peer = RawPeer.Connect();
        var first = peer.Control.Sender.LastAssignedTsn;
        for (var round = 0; round < 4000; round++)
        {
            for (var count = 0; count < 16; count++) _ = peer.Victim.Send(peer.Now, peer.Channel, [1]);
            peer.Drain();
            var sent = peer.Control.Sender.LastAssignedTsn - first;
            if (sent >= 2) peer.Send($"03000014 {first.Hex()} 01000000 0001 0000 0002 {sent:X4}");
        }

        Assert.InRange(peer.Control.Sender.Held.Chunks, 1000, 16 * 1024);
    }

    [Fact]
    public void A_peer_that_shuts_down_and_acknowledges_nothing_is_given_up()
    {
        var peer = WithOutstanding(messages: 10);
        peer.Send($"07000008 {peer.Control.Sender.LastAssignedTsn.Previous.Hex()}");
        Assert.Equal(SendOutcome.Closed, peer.Victim.Send(peer.Now, peer.Channel, [1]));
        peer.Wait(TimeSpan.FromMinutes(2));

        var ended = Assert.IsType<AssociationState.Ended>(peer.Victim.Association.State);
        Assert.Equal(AssociationEnd.Unanswered, ended.Reason);
        Assert.Null(peer.Victim.NextTimeout);
    }

    [Fact]
    public void Data_after_our_shutdown_does_not_use_up_its_tries()
    {
        var peer = RawPeer.Connect();
        peer.Victim.Close(peer.Now);
        peer.Drain();
        for (var count = 0; count < 50; count++) peer.SendData(peer.Next, 0, count, flags: 3);
        peer.Wait(TimeSpan.FromSeconds(1));
        Assert.IsType<AssociationState.ShutdownSent>(peer.Victim.Association.State);
        peer.Wait(TimeSpan.FromMinutes(1));
        Assert.IsType<AssociationState.Ended>(peer.Victim.Association.State);
    }

    [Fact]
    public void A_duplicate_that_is_reported_after_a_pause_gives_no_window_back()
    {
        const int tenPackets = 10 * SctpTimings.PacketLengthMax;
        var peer = WithOutstanding(messages: 40);
        Assert.InRange(peer.Victim.Statistics.CongestionWindow, 2 * tenPackets, long.MaxValue);
        var held = peer.Control.Sender.Held.Chunks;
        var lost = peer.Control.Sender.LastAssignedTsn + (1 - held);

        // All has arrived but the first chunk, and then that one too.
        peer.Send($"03000014 {lost.Previous.Hex()} 01000000 0001 0000 0002 {held:X4}");
        peer.Wait(TimeSpan.FromMilliseconds(5));
        peer.Send(Sack(peer.Control.Sender.LastAssignedTsn));
        Assert.Equal((0, 0), peer.Control.Sender.Held);
        Assert.Equal(1, peer.Victim.Statistics.Retransmissions);

        peer.Wait(TimeSpan.FromSeconds(10));
        var last = peer.Control.Sender.LastAssignedTsn;
        for (var count = 0; count < 100; count++) _ = peer.Victim.Send(peer.Now, peer.Channel, new byte[1000]);
        peer.Drain();
        peer.Send($"03000014 {last.Hex()} 01000000 0000 0001 {lost.Hex()}");
        Assert.InRange(peer.Victim.Statistics.CongestionWindow, 1, tenPackets);
    }

    private static RawPeer WithOutstanding(int messages)
    {
        var peer = RawPeer.Connect();
        for (var round = 0; round < 8; round++)
        {
            for (var count = 0; count < messages; count++)
            {
                _ = peer.Victim.Send(peer.Now, peer.Channel, new byte[1000]);
            }

            peer.Drain();
            if (round < 7) peer.Send(Sack(peer.Control.Sender.LastAssignedTsn));
        }

        return peer;
    }

    private static string Sack(Tsn cumulative) => $"03000010 {cumulative.Hex()} 01000000 0000 0000";
}
