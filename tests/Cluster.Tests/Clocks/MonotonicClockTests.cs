using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace QuicPair.Cluster.Tests.Clocks;

/// <summary>The time of day that the runtime waits by, beside a clock that is set.</summary>
public sealed class MonotonicClockTests
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly Machine _machine = new();
    private readonly MonotonicClock _clock;

    public MonotonicClockTests() => _clock = new MonotonicClock(_machine);

    [Fact]
    public void A_clock_that_is_set_back_goes_on_from_where_it_was()
    {
        var before = _clock.GetUtcNow();
        _machine.Set(-Day);
        Assert.Equal(before, _clock.GetUtcNow());

        _machine.Time.Advance(Second);
        Assert.Equal(before + Second, _clock.GetUtcNow());
        _machine.Set(-Day);
        _machine.Time.Advance(Second);
        Assert.Equal(before + (2 * Second), _clock.GetUtcNow());
    }

    [Fact]
    public void A_clock_that_is_set_forward_is_followed_and_never_back()
    {
        _machine.Set(Day);
        var ahead = _clock.GetUtcNow();
        Assert.Equal(_machine.GetUtcNow(), ahead);

        _machine.Set(-Day);
        _machine.Time.Advance(Second);
        Assert.Equal(ahead + Second, _clock.GetUtcNow());
    }

    [Fact]
    public void A_clock_that_comes_to_where_it_was_is_followed_again()
    {
        var before = _clock.GetUtcNow();
        _machine.Set(-Day);
        Assert.Equal(before, _clock.GetUtcNow());
        _machine.Set(Day / 2);
        Assert.Equal(before, _clock.GetUtcNow());
        _machine.Set(Day);
        Assert.Equal(before + (Day / 2), _clock.GetUtcNow());
        Assert.Equal(_machine.GetUtcNow(), _clock.GetUtcNow());
    }

    [Theory]
    [InlineData(0.9)]
    [InlineData(-0.9)]
    public void A_clock_that_is_slewed_is_followed(double seconds)
    {
        _machine.Set(TimeSpan.FromSeconds(seconds));
        Assert.Equal(_machine.GetUtcNow(), _clock.GetUtcNow());
    }

    [Fact]
    public void What_waits_goes_by_the_time_that_passes()
    {
        var (began, isOver) = (_clock.GetTimestamp(), false);
        using var timer = _clock.CreateTimer(_ => isOver = true, null, Second, Timeout.InfiniteTimeSpan);
        _machine.Set(Day);
        _machine.Set(-Day);
        Assert.False(isOver);
        _machine.Time.Advance(Second);
        Assert.True(isOver);
        Assert.Equal(Second, _clock.GetElapsedTime(began));
    }

    /// <summary>A clock that is set by hand; the time that passes is another one.</summary>
    private sealed class Machine : TimeProvider
    {
        private TimeSpan _set;

        public FakeTimeProvider Time { get; } = new();

        public override long TimestampFrequency => Time.TimestampFrequency;

        public void Set(TimeSpan step) => _set += step;

        public override DateTimeOffset GetUtcNow() => Time.GetUtcNow() + _set;

        public override long GetTimestamp() => Time.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            Time.CreateTimer(callback, state, dueTime, period);
    }
}
