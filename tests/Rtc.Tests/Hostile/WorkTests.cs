using System.Buffers.Binary;
using System.Text;
using QuicPair.Rtc.Ice;
using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Stun;
using QuicPair.Rtc.Tests.Session;
using QuicPair.Rtc.Tests.Simulation;
using Xunit;

namespace QuicPair.Rtc.Tests.Hostile;

/// <summary>
/// What one packet costs, counted: bytes allocated, packets and events drawn, chunks looked at. It is bounded, and no
/// more after a hundred thousand packets of its kind than after a thousand.
/// </summary>
public sealed class WorkTests
{
    private const int Early = 1000;
    private const int Sample = 1000;
    private const int Late = 100_000;

    private const int AllocatedMax = 4096;
    private const int AnswersMax = 1;
    private const int EventsMax = 64;

    // The gaps of a SACK, and the search for losses: each looks at what is outstanding.
    private const int LookedMax = 4 * Outstanding;
    private const int Outstanding = 600;

    private const int Whole = 3;
    private const int Unordered = 4;
    private const int TinyChunk = 20;
    private const int TinyChunks = 59;

    // Each brings a peer to where its packets cost most, and says how to send the packet of a number.
    private static readonly Dictionary<string, Func<RawPeer, Action<int>>> Kinds = new()
    {
        ["a SACK with as many gaps as fit"] = SackWithGaps,
        ["a SACK with as many duplicate reports as fit"] = SackWithDuplicates,
        ["as many SHUTDOWNs as fit"] = Shutdowns,
        ["as many tiny messages as fit"] = TinyMessages,
        ["as many duplicates as fit, below holes"] = DuplicatesBelowHoles,
        ["overlapping fragments"] = OverlappingFragments,
        ["fragments given up one by one"] = FragmentsGivenUp,
        ["a reset of many streams"] = ResetOfMany,
        ["resets of all streams"] = ResetsOfAll,
        ["a message when the window is full"] = MessageTooMuch,
    };

    public static TheoryData<string> Names => [.. Kinds.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_packet_costs_no_more_after_a_hundred_thousand_of_its_kind(string kind)
    {
        var peer = RawPeer.Connect();
        var send = Kinds[kind](peer);
        _ = Count(peer, send, 0, Early);
        var early = Count(peer, send, Early, Early + Sample);
        _ = Count(peer, send, Early + Sample, Late - Sample);
        var late = Count(peer, send, Late - Sample, Late);

        foreach (var cost in new[] { early, late })
        {
            Assert.InRange(cost.Allocated, 0, Sample * AllocatedMax);
            Assert.InRange(cost.Answers, 0, Sample * AnswersMax);
            Assert.InRange(cost.Events, 0, Sample * EventsMax);
            Assert.InRange(cost.Looked, 0, Sample * LookedMax);
        }

        Assert.InRange(late.Allocated, 0, Grown(early.Allocated) + 4096);
        Assert.InRange(late.Answers, 0, Grown(early.Answers));
        Assert.InRange(late.Events, 0, Grown(early.Events));
        Assert.InRange(late.Looked, 0, Grown(early.Looked));
    }

    [Fact]
    public void A_check_with_as_many_attributes_as_fit_costs_no_more_after_a_hundred_thousand()
    {
        var pair = SessionPair.Connected(LinkOptions.Clean(TimeSpan.FromMilliseconds(5)));
        pair.RunFor(TimeSpan.FromMilliseconds(700));
        var session = pair.Right.Session;
        var check = CheckWithAttributes(session.UserFragment);
        var (output, answers, allocated) = (new byte[1500], 0, new long[Late / Sample]);
        for (var number = 0; number < Late; number++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            session.HandleDatagram(pair.Now, pair.Right.Path, check);
            while (session.TryTransmit(pair.Now, output, out _, out _)) answers++;
            allocated[number / Sample] += GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, answers);
        Assert.InRange(allocated[1], 0, Sample * 256);
        Assert.InRange(allocated[^1], 0, Grown(allocated[1]) + 4096);
    }

    private static Cost Count(RawPeer peer, Action<int> send, int first, int end)
    {
        peer.ForgetAnswers();
        var looked = peer.Looked;
        for (var number = first; number < end; number++) send(number);
        return new Cost(peer.Allocated, peer.Answers, peer.Events, peer.Looked - looked);
    }

    // A tenth, for where in its round a kind is when the counting begins.
    private static long Grown(long early) => early + (early / 10);

    private static Action<int> SackWithGaps(RawPeer peer)
    {
        var cumulative = LeaveOutstanding(peer);
        const int gaps = (Outstanding / 2) - 10;
        var blocks = string.Concat(Enumerable.Range(1, gaps).Select(each => $"{2 * each:X4}{2 * each:X4}"));
        var packet = SctpPacket.Create(
            peer.Victim.Association.LocalTag,
            $"0300{16 + (4 * gaps):X4} {cumulative.Hex()} 01000000 {gaps:X4} 0000 {blocks}");
        return _ => peer.Deliver(packet);
    }

    // What was found lost and has arrived is watched, 32 chunks at most; no report is of any of them.
    private static Action<int> SackWithDuplicates(RawPeer peer)
    {
        const int chunks = 64;
        const int reports = 290;
        var cumulative = peer.Control.Sender.LastAssignedTsn;
        for (var count = 0; count < chunks; count++) _ = peer.Victim.Send(peer.Now, peer.Channel, [1]);
        peer.Drain();
        var last = peer.Control.Sender.LastAssignedTsn;
        Assert.Equal(chunks, last - cumulative);
        peer.Send($"03000014 {cumulative.Hex()} 01000000 0001 0000 {chunks:X4}{chunks:X4}");
        peer.Wait(TimeSpan.FromMilliseconds(5));
        Assert.Equal(chunks - 1, peer.Victim.Statistics.Retransmissions);
        peer.Send($"03000010 {last.Hex()} 01000000 0000 0000");
        Assert.Equal((0, 0), peer.Control.Sender.Held);
        var duplicates = string.Concat(Enumerable.Range(1, reports).Select(each => (last + each).Hex()));
        var packet = SctpPacket.Create(
            peer.Victim.Association.LocalTag,
            $"0300{16 + (4 * reports):X4} {last.Hex()} 01000000 0000 {reports:X4} {duplicates}");
        return _ => peer.Deliver(packet);
    }

    private static Action<int> Shutdowns(RawPeer peer)
    {
        var cumulative = LeaveOutstanding(peer);
        string[] shutdowns = [.. Enumerable.Repeat($"07000008 {cumulative.Hex()}", 140)];
        var packet = SctpPacket.Create(peer.Victim.Association.LocalTag, shutdowns);
        return _ => peer.Deliver(packet);
    }

    private static Action<int> TinyMessages(RawPeer peer)
    {
        var packet = Tiny(peer, each => peer.Next + each);
        return _ =>
        {
            for (var each = 0; each < TinyChunks; each++)
            {
                var tsn = packet.AsSpan(CommonHeader.Length + (each * TinyChunk) + 4);
                BinaryPrimitives.WriteUInt32BigEndian(tsn, (peer.Next + each).Value);
            }

            new CommonHeader(5000, 5000, peer.Victim.Association.LocalTag).Write(packet);
            peer.Deliver(packet);
        };
    }

    private static Action<int> DuplicatesBelowHoles(RawPeer peer)
    {
        var lowest = Tiny(peer, each => peer.Next + (2 * (each + 1)));
        for (var further = 0; further < 5; further++)
        {
            var start = 2 * TinyChunks * further;
            peer.Deliver(Tiny(peer, each => peer.Next + (start + (2 * (each + 1)))));
        }

        return _ => peer.Deliver(lowest);
    }

    private static Action<int> OverlappingFragments(RawPeer peer) => number =>
    {
        var at = number % 1000;
        if (at == 999)
        {
            peer.Send($"C0000008 {(peer.Next + 600).Hex()}");
            return;
        }

        peer.SendData(peer.Next + (1 + (at * 7 % 600)), at % 2, at % 3, at % 8, 1 + (at * 37 % 900));
    };

    // Beginnings without ends, far behind the number that FORWARD TSN raises by one.
    private static Action<int> FragmentsGivenUp(RawPeer peer) => number =>
    {
        const int ahead = 60_000;
        const int held = 4000;
        for (var each = 0; number % 50_000 == 0 && each < held; each++)
        {
            peer.SendData(peer.Next + (ahead + each), 0, 0, flags: 2);
        }

        peer.Send($"C0000008 {peer.Next.Hex()}");
    };

    private static Action<int> ResetOfMany(RawPeer peer)
    {
        // Messages before their channel: as many as are kept.
        for (var stream = 1001; stream < 1200; stream += 2) peer.SendData(peer.Next, stream, 0, Whole);
        var streams = string.Concat(Enumerable.Range(3000, 200).Select(stream => $"{stream:X4}"));
        return _ => peer.Send($"820001A4 000D01A0 {Request(peer, 0)} {streams}");
    }

    private static Action<int> ResetsOfAll(RawPeer peer)
    {
        for (var stream = 1; stream < 200; stream += 2)
        {
            peer.Send($"0003001C {peer.Next.Hex()} {stream:X4} 0000 00000032 030001000000000000000000");
        }

        return _ =>
        {
            string[] resets = [.. Enumerable.Range(0, 4).Select(each => $"82000014 000D0010 {Request(peer, each)}")];
            peer.Send(resets);
        };
    }

    private static Action<int> MessageTooMuch(RawPeer peer)
    {
        // They wait for one that never comes.
        for (var count = 0; count < 8000; count++) peer.SendData(peer.Next, 0, 100 + count, Whole, 900);
        Assert.Equal(0, peer.Control.Data.Window);
        var packet = SctpPacket.Create(
            peer.Victim.Association.LocalTag, RawPeer.Data(peer.Next, 0, 9000, Whole, 900));
        return _ => peer.Deliver(packet);
    }

    private static string Request(RawPeer peer, int ahead) =>
        $"{unchecked(peer.Control.StreamReset.ExpectedRequest + (uint)ahead).Hex()} 00000000 "
        + peer.Control.Tracker.Cumulative.Hex();

    private static byte[] Tiny(RawPeer peer, Func<int, Tsn> number)
    {
        string[] chunks = [.. Enumerable.Range(0, TinyChunks).Select(
            each => RawPeer.Data(number(each), peer.Channel.Value, 0, Whole | Unordered))];
        return SctpPacket.Create(peer.Victim.Association.LocalTag, chunks);
    }

    // All that the victim has sent has arrived but the first chunk. The number before that one.
    private static Tsn LeaveOutstanding(RawPeer peer)
    {
        var first = peer.Control.Sender.LastAssignedTsn;
        for (var round = 0; peer.Control.Sender.Held.Chunks < Outstanding; round++)
        {
            Assert.True(round < 4000, "the victim sends");
            for (var count = 0; count < 16; count++) _ = peer.Victim.Send(peer.Now, peer.Channel, [1]);
            peer.Drain();
            var sent = peer.Control.Sender.LastAssignedTsn - first;
            if (sent >= 2) peer.Send($"03000014 {first.Hex()} 01000000 0001 0000 0002 {sent:X4}");
        }

        return first;
    }

    private static byte[] CheckWithAttributes(string fragment)
    {
        var datagram = new byte[StunMessage.MaximumLength];
        var header = new StunHeader(StunClass.Request, StunMethod.Binding, new TransactionId(7, 1));
        var writer = new StunMessageWriter(datagram, header);
        writer.AddUsername(Encoding.ASCII.GetBytes($"{fragment}:any1"));
        for (var count = 0; count < 270; count++) writer.AddSoftware([]);
        writer.AddPriority(IceCandidate.ComputePriority(IceCandidateType.PeerReflexive, 1));
        writer.AddControlling(ulong.MaxValue);
        var length = writer.Complete("0123456789abcdef012345"u8);
        Assert.True(StunMessage.TryParse(datagram.AsSpan(0, length), out _));
        return datagram[..length];
    }

    private readonly record struct Cost(long Allocated, int Answers, int Events, long Looked);
}
