namespace QuicPair.Rtc.Sockets.Loop;

/// <summary>
/// What to do when receiving fails again and again: an error of an earlier send is reported once and means nothing, a
/// socket that fails for good must neither be asked without a pause nor be kept.
/// </summary>
internal sealed class ReceiveFaults
{
    // Ours: a burst of errors of sends is shorter; what lasts through it is the socket's own fault.
    private const int Harmless = 64;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private int _inARow;
    private TimeSpan _pause;

    /// <summary>Something arrived, or was interrupted by the end of the host.</summary>
    public void Reset() => (_inARow, _pause) = (0, TimeSpan.Zero);

    /// <summary>
    /// Counts a fault; false while it may be harmless. Otherwise the socket needs replacing, and
    /// <paramref name="pause"/> is what to wait before it is used again, twice as long each time.
    /// </summary>
    public bool IsLasting(out TimeSpan pause)
    {
        pause = _pause;
        if (++_inARow <= Harmless) return false;
        _inARow = 0;
        pause = _pause;
        var next = _pause == TimeSpan.Zero ? FirstPause : _pause * 2;
        _pause = next < LongestPause ? next : LongestPause;
        return true;
    }
}
