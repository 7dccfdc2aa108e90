using Xunit;

namespace QuicPair.Rtc.Tests.Soak;

/// <summary>
/// A day of faults in virtual time: no hang, no leak, no growth. QUICPAIR_SOAK=1 runs 1,000 days, QUICPAIR_SEED=n the
/// n-th.
/// </summary>
public sealed class DayTests
{
    public static TheoryData<ulong> Seeds =>
        ulong.TryParse(Environment.GetEnvironmentVariable("QUICPAIR_SEED"), out var only) ? [only]
            : Environment.GetEnvironmentVariable("QUICPAIR_SOAK") == "1"
            ? [.. Enumerable.Range(1, 1000).Select(seed => (ulong)seed)]
            : [1, 2, 3, 4];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_day_leaves_nothing_behind(ulong seed)
    {
        var day = new Day(seed);
        day.Run(TimeSpan.FromDays(1));

        Assert.InRange(day.Sessions, 1, 100);
        Assert.True(day.Events.Count > 5, string.Join(", ", day.Events));
        Assert.InRange(day.RetainedBytes, 1, 8 * 1024 * 1024);
    }
}
