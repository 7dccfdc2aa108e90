namespace QuicPair.Client.Recovery;

/// <summary>
/// When the next attempt to get a lost session back is due, and until when which Mac is looked for. It begins where
/// the session was lost, and again where the Mac was left to another program of this device.
/// </summary>
internal sealed class RecoveryPace(MacConnectionOptions options)
{
    private long _lostAt = options.TimeProvider.GetTimestamp();
    private TimeSpan _pause = options.FirstPause;

    /// <summary>Whether a question of which nothing has come may be asked at another Mac.</summary>
    public bool MayMove => Elapsed >= options.AnotherMacAfter;

    /// <summary>Whether one more attempt would come too late.</summary>
    public bool IsOver => Elapsed + _pause >= options.RecoverFor;

    private TimeSpan Elapsed => options.TimeProvider.GetElapsedTime(_lostAt);

    /// <summary>Waits for the next attempt.</summary>
    /// <param name="untilMove">Whether the pause ends when another Mac may be asked.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task Wait(bool untilMove, CancellationToken cancellation)
    {
        var left = options.AnotherMacAfter - Elapsed;
        await Task.Delay(untilMove && left < _pause ? Whole(left) : _pause, options.TimeProvider, cancellation);
        _pause = _pause * 2 < options.LongestPause ? _pause * 2 : options.LongestPause;
    }

    /// <summary>
    /// Leaves the Mac to another program of this device, which has just begun something. That is no failure: what was
    /// counted before is counted no more.
    /// </summary>
    public async Task GiveWay(CancellationToken cancellation)
    {
        await Task.Delay(options.GiveWayFor, options.TimeProvider, cancellation);
        (_lostAt, _pause) = (options.TimeProvider.GetTimestamp(), options.FirstPause);
    }

    // A timer counts whole milliseconds: one that ends before its time would begin one more attempt.
    private static TimeSpan Whole(TimeSpan left) =>
        TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(left.TotalMilliseconds)));
}
