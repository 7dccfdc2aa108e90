namespace QuicPair.Cluster;

/// <summary>
/// The time of day without its steps back: where this machine's clock is set back it goes on from where it was, and is
/// ahead until the clock is set forward again. The runtime waits until a time of day; by a clock that was set back a
/// silo would neither probe others, nor read the list of members, nor activate a grain, until that time came again.
/// </summary>
/// <param name="clock">This machine's clock.</param>
internal sealed class MonotonicClock(TimeProvider clock) : TimeProvider
{
    // Ours. More than what a clock that is slewed, or two readings one after the other, can be off.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private DateTimeOffset _read = clock.GetUtcNow();
    private long _readAt = clock.GetTimestamp();
    private TimeSpan _ahead;

    /// <inheritdoc/>
    public override long TimestampFrequency => clock.TimestampFrequency;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => clock.LocalTimeZone;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            var (now, at) = (clock.GetUtcNow(), clock.GetTimestamp());
            var step = now - _read - clock.GetElapsedTime(_readAt, at);
            if (step.Duration() > Slack)
            {
                // A step forward, or a sleep, brings the clock nearer to where it was.
                _ahead = _ahead > step ? _ahead - step : TimeSpan.Zero;
            }

            (_read, _readAt) = (now, at);
            return now + _ahead;
        }
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => clock.GetTimestamp();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        clock.CreateTimer(callback, state, dueTime, period);
}
