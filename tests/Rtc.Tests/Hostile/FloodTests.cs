using System.Buffers.Binary;
using QuicPair.Rtc.Channels;
using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Sctp.Association;
using QuicPair.Rtc.Sctp.Chunks;
using QuicPair.Rtc.Tests.Simulation;
using Xunit;

namespace QuicPair.Rtc.Tests.Hostile;

/// <summary>INITs, resets and channels without end.</summary>
public sealed class FloodTests
{
    [Fact]
    public void INITs_to_an_association_that_is_up_draw_nothing()
    {
        var peer = RawPeer.Connect();
        peer.ForgetAnswers();
        for (var count = 0; count < 10_000; count++) peer.Deliver(Init(count + 1));

        Assert.Equal(0, peer.Answers);
        Assert.IsType<AssociationState.Established>(peer.Victim.Association.State);
        Assert.Equal(10_000, peer.Victim.Statistics.RestartsRefused);
    }

    [Fact]
    public void INITs_to_one_that_waits_are_answered_one_by_one_without_state()
    {
        var random = new SplitMix(1);
        var victim = new DataChannels(new SctpOptions(), random, isDtlsClient: false);
        var (now, packet, answers, bytes) = (Machine.Instant.Start + TimeSpan.FromHours(1), new byte[2048], 0, 0);
        for (var count = 0; count < 5000; count++)
        {
            victim.HandleDatagram(now, Init(count + 1));
            victim.HandleDatagram(now, Init(count + 1));
            while (victim.TryTransmit(now, packet, out var length)) (answers, bytes) = (answers + 1, bytes + length);
        }

        Assert.Equal(5000, answers);
        Assert.InRange(bytes, 1, 5000 * 160);
        Assert.IsType<AssociationState.Closed>(victim.Association.State);
        Assert.Null(victim.NextTimeout);
    }

    [Fact]
    public void Cookies_that_nobody_baked_are_dropped()
    {
        var peer = RawPeer.Connect();
        peer.ForgetAnswers();
        for (var count = 0; count < 5000; count++)
        {
            peer.Send($"0A000039 {count:X8} {new string('A', 98)} 000000");
        }

        Assert.Equal(0, peer.Answers);
    }

    [Fact]
    public void Resets_in_a_loop_are_answered_one_by_one_and_leave_nothing()
    {
        var peer = RawPeer.Connect();
        peer.ForgetAnswers();
        const int rounds = 10_000;
        for (var count = 0; count < rounds; count++)
        {
            var number = peer.Control.StreamReset.ExpectedRequest;
            var last = peer.Control.Tracker.Cumulative.Hex();
            peer.Send($"8200001A 000D0016 {number.Hex()} 00000000 {last} 0003 0005 0007 0000");
        }

        Assert.InRange(peer.Answers, 1, rounds);
        Assert.InRange(peer.BytesOut, 1, peer.BytesIn);
        // The stream of the victim's own channel.
        Assert.Equal(1, peer.Control.Reassembly.StreamCount);
    }

    [Fact]
    public void A_chunk_with_many_resets_is_malformed()
    {
        var peer = RawPeer.Connect();
        var number = peer.Control.StreamReset.ExpectedRequest;
        var last = peer.Control.Tracker.Cumulative.Hex();
        var resets = string.Concat(Enumerable.Range(0, 60).Select(
            each => $"000D0010{unchecked(number + (uint)each).Hex()}00000000{last}"));
        peer.ForgetAnswers();
        peer.Send($"820003C4 {resets}");

        Assert.Equal(unchecked(number + 2), peer.Control.StreamReset.ExpectedRequest);
        Assert.InRange(peer.Answers, 0, 1);
    }

    [Fact]
    public void Channels_that_are_opened_and_closed_without_end_leave_nothing()
    {
        var pair = ChannelPair.Create(LinkOptions.Clean(TimeSpan.FromMilliseconds(1)));
        pair.Connect();
        for (var count = 0; count < 3000; count++)
        {
            var id = pair.Open();
            pair.Left.Channels.CloseChannel(pair.Now, id);
            pair.RunUntil(
                () => pair.Left.Saw(ChannelEventKind.Closed) && pair.Right.Saw(ChannelEventKind.Closed),
                ChannelPair.Soon,
                "close");
            pair.Left.Events.Clear();
            pair.Right.Events.Clear();
        }

        pair.RunFor(TimeSpan.FromSeconds(1));
        foreach (var control in new[] { pair.Left.State.Control!, pair.Right.State.Control! })
        {
            Assert.Equal(0, control.Reassembly.StreamCount);
            Assert.Equal((0, 0), control.Sender.Held);
        }
    }

    [Fact]
    public void Long_labels_are_refused_when_they_add_up()
    {
        var peer = RawPeer.Connect();
        var label = new byte[60_000];
        for (var stream = 1; stream < 400; stream += 2)
        {
            SendOpen(peer, stream, label);
        }

        // Four of them fit 256 KiB, beside the one channel of the victim's own.
        Assert.Equal(5, Enumerable.Range(0, 400).Count(
            id => peer.Victim.Send(peer.Now, new StreamId((ushort)id), [1]) == SendOutcome.Accepted));
    }

    [Fact]
    public void Refused_channels_do_not_pile_up_resets()
    {
        var peer = RawPeer.Connect();
        peer.ForgetAnswers();
        for (var stream = 2; stream < 20_000; stream += 2) SendOpen(peer, stream, []);

        Assert.InRange(peer.Answers, 1, 20_000);
        Assert.InRange(peer.Control.StreamReset.OpenCount, 1, 128);
    }

    // DATA_CHANNEL_OPEN, in as many fragments as it takes.
    private static void SendOpen(RawPeer peer, int stream, byte[] label)
    {
        byte[] open = [3, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, .. label];
        BinaryPrimitives.WriteUInt16BigEndian(open.AsSpan(8), (ushort)label.Length);
        for (var at = 0; at < open.Length; at += 1000)
        {
            var part = open.AsSpan(at, Math.Min(1000, open.Length - at));
            var flags = (at == 0 ? 2 : 0) | (at + part.Length == open.Length ? 1 : 0);
            var head = $"00{flags:X2}{16 + part.Length:X4} {peer.Next.Hex()} {stream:X4} 0000 00000032";
            peer.Send($"{head} {Convert.ToHexString(part)}");
        }
    }

    private static byte[] Init(int tag)
    {
        var packet = SctpPacket.Create(0, $"01000014 {((uint)tag).Hex()} 00100000 0010 0010 {((uint)tag).Hex()}");
        Assert.Equal((byte)ChunkType.Init, packet[CommonHeader.Length]);
        return packet;
    }
}
