namespace QuicPair.Client.Tests;

/// <summary>A clock that leaps over whatever is waited for by it, and stands still otherwise.</summary>
internal sealed class LeapingTime : TimeProvider
{
    private long _now;

    /// <summary>How much it has leapt over.</summary>
    public TimeSpan Leapt => TimeSpan.FromTicks(GetTimestamp());

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _now);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Interlocked.Add(ref _now, dueTime.Ticks);
        return TimeProvider.System.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
