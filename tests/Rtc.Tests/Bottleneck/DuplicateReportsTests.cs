using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp;
using Xunit;

namespace QuicPair.Rtc.Tests.Bottleneck;

/// <summary>Losses that duplicates disprove.</summary>
public sealed class DuplicateReportsTests
{
    private static readonly Instant Until = Instant.Start + TimeSpan.FromMilliseconds(100);

    private readonly DuplicateReports _reports = new();

    [Fact]
    public void The_last_report_that_is_missing_concludes()
    {
        Watch(7, missing: 2);
        Assert.False(_reports.TryConclude(Until, new Tsn(8), out _));
        Assert.False(_reports.TryConclude(Until, new Tsn(7), out _));
        Assert.True(_reports.TryConclude(Until, new Tsn(7), out var chunk));
        Assert.Equal(new Tsn(7), chunk.Tsn);
        Assert.False(_reports.TryConclude(Until, new Tsn(7), out _));
    }

    [Fact]
    public void A_chunk_that_is_not_watched_concludes_nothing() =>
        Assert.False(_reports.TryConclude(Until, default, out _));

    [Fact]
    public void A_report_that_comes_too_late_concludes_nothing_nor_does_one_after_it()
    {
        Watch(7, missing: 1);
        Assert.False(_reports.TryConclude(Until + TimeSpan.FromTicks(1), new Tsn(7), out _));
        Assert.False(_reports.TryConclude(Until, new Tsn(7), out _));
    }

    [Fact]
    public void The_latest_chunks_are_watched()
    {
        for (uint tsn = 1; tsn <= 40; tsn++) Watch(tsn, missing: 1);
        Assert.False(_reports.TryConclude(Until, new Tsn(8), out _));
        for (uint tsn = 9; tsn <= 40; tsn++) Assert.True(_reports.TryConclude(Until, new Tsn(tsn), out _));
    }

    private void Watch(uint tsn, int missing) => _reports.Watch(new DuplicateReports.Watched
    {
        Tsn = new Tsn(tsn),
        Missing = missing,
        Losses = 1,
        Until = Until,
    });
}
