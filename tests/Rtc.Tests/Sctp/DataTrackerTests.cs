using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Sctp.Chunks;
using QuicPair.Rtc.Sctp.Receive;
using QuicPair.Rtc.Tests.Simulation;
using Xunit;

namespace QuicPair.Rtc.Tests.Sctp;

public sealed class DataTrackerTests
{
    private static readonly Tsn First = new(uint.MaxValue - 2);

    [Fact]
    public void In_sequence_only_the_cumulative_tsn_moves()
    {
        var tracker = new DataTracker(First);
        Add(tracker, 0, 1, 2, 3, 4);
        Assert.Equal(First + 4, tracker.Cumulative);
        Assert.False(tracker.HasGaps);
    }

    [Fact]
    public void Gaps_are_told_as_the_example_of_rfc9260_section_3_3_4()
    {
        var tracker = new DataTracker(First);
        Add(tracker, 0, 2, 3, 5);
        Assert.Equal("0:2-3,5-5;", Sack(tracker));
        Add(tracker, 4);
        Assert.Equal("0:2-5;", Sack(tracker));
        Add(tracker, 1);
        Assert.Equal("5:;", Sack(tracker));
    }

    [Fact]
    public void Duplicates_are_told_once()
    {
        var tracker = new DataTracker(First);
        Add(tracker, 0, 2);
        Assert.Equal(Arrival.Duplicate, tracker.Classify(First));
        Assert.Equal(Arrival.Duplicate, tracker.Classify(First + 2));
        tracker.AddDuplicate(First + 2);
        Assert.Equal("0:2-2;2", Sack(tracker));
        Assert.Equal("0:2-2;", Sack(tracker));
    }

    [Fact]
    public void Forwarding_swallows_gaps_and_what_follows_them()
    {
        var tracker = new DataTracker(First);
        Add(tracker, 0, 3, 5, 6, 9);
        tracker.ForwardTo(First + 4);
        Assert.Equal("6:9-9;", Sack(tracker));
        tracker.ForwardTo(First + 2);
        Assert.Equal("6:9-9;", Sack(tracker));
    }

    [Fact]
    public void What_a_sack_cannot_tell_is_out_of_reach()
    {
        var tracker = new DataTracker(First);
        Assert.Equal(Arrival.OutOfReach, tracker.Classify(First + 65_536));
        for (var gap = 1; gap <= 280; gap++)
        {
            Add(tracker, gap * 2);
        }

        Assert.Equal(Arrival.OutOfReach, tracker.Classify(First + 1000));
        Assert.Equal(Arrival.New, tracker.Classify(First + 561));
        Assert.Equal(Arrival.New, tracker.Classify(First));
    }

    [Fact]
    public void Any_order_of_arrival_ends_at_the_same_cumulative_tsn()
    {
        for (var seed = 1UL; seed <= 200; seed++)
        {
            var random = new SplitMix(seed);
            var order = Enumerable.Range(0, 200).OrderBy(_ => random.Next()).ToArray();
            var tracker = new DataTracker(First);
            Add(tracker, order);
            Assert.Equal(First + 199, tracker.Cumulative);
            Assert.False(tracker.HasGaps, $"seed {seed}");
        }
    }

    private static void Add(DataTracker tracker, params int[] offsets)
    {
        foreach (var offset in offsets)
        {
            Assert.Equal(Arrival.New, tracker.Classify(First + offset));
            tracker.Add(First + offset);
        }
    }

    private static string Sack(DataTracker tracker)
    {
        var packet = new byte[1191];
        var writer = new PacketWriter(packet);
        Assert.True(tracker.TryWriteSack(ref writer, 1000));
        var reader = new ChunkReader(packet.AsSpan(CommonHeader.Length));
        Assert.True(reader.TryRead(out _, out var chunk));
        Assert.True(SackChunk.TryParse(chunk, out var sack));
        var gaps = new List<string>();
        for (var index = 0; index < sack.GapCount; index++)
        {
            var start = sack.CumulativeTsnAck + sack.Gap(index).Start - First;
            var end = sack.CumulativeTsnAck + sack.Gap(index).End - First;
            gaps.Add($"{start}-{end}");
        }

        var duplicates = new List<int>();
        for (var index = 0; index < sack.DuplicateCount; index++)
        {
            duplicates.Add(sack.Duplicate(index) - First);
        }

        return $"{sack.CumulativeTsnAck - First}:{string.Join(',', gaps)};{string.Join(',', duplicates)}";
    }
}
