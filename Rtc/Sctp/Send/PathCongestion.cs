using QuicPair.Rtc.Machine;

namespace QuicPair.Rtc.Sctp.Send;

/// <summary>
/// Tells losses by a full queue from losses by chance, such as those of radio: a queue that overflows has been
/// growing and delays what passes it. Where many packets are lost the queue may be too short to be seen, so that
/// this counts as congestion too (docs/decisions/0009).
/// </summary>
internal sealed class PathCongestion
{
    // Ours: at 50 ms this sees a queue of 3 ms; less is the noise of hosts.
    private const double QueueShareOfRoundTrip = 1.0 / 16;
    private static readonly TimeSpan QueueMinimum = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan QueueMaximum = TimeSpan.FromMilliseconds(10);

    // RFC 9406 section 4.3: MIN_RTT_THRESH, MAX_RTT_THRESH and MIN_RTT_DIVISOR.
    private static readonly TimeSpan SlowStartMinimum = TimeSpan.FromMilliseconds(4);
    private static readonly TimeSpan SlowStartMaximum = TimeSpan.FromMilliseconds(16);
    private const double SlowStartShareOfRoundTrip = 1.0 / 8;

    // Ours: twice what is expected of radio; BBRv2 draws the line at 2 %, for all losses.
    private const double LossShareMaximum = 0.04;
    private const int PacketsToJudge = 64;
    private const int PacketsRemembered = 256;

    // Ours: a thousand chunks without a loss are a clean path; until the first have arrived nobody knows.
    private const int ChunksToTrust = 1024;
    private const int ChunksToTrustAtFirst = 32;

    // Ours: how far a window that was cut may have grown for a loss to be no fault of its own, and for how long that
    // is believed.
    private const double TrialShare = 0.8;
    private const int RoundTripsBelieved = 16;

    private readonly QueueDelay _delay = new();
    private double _arrived;
    private double _lost;
    private double _trialWindow;
    private Instant _believedUntil;

    // Losses that may yet turn out to be none, and how many chunks had arrived without a loss before the first.
    private int _doubtful;
    private int _sinceLossBefore;
    private int _sinceLoss = ChunksToTrust - ChunksToTrustAtFirst;

    /// <summary>Whether the path has a queue, so that other flows may be waiting in it.</summary>
    public bool IsQueueing => _delay.Current
        > Clamp(_delay.Base * QueueShareOfRoundTrip, QueueMinimum, QueueMaximum);

    /// <summary>Whether the queue is long enough to end slow start (RFC 9406).</summary>
    public bool IsFilled => _delay.Current
        >= Clamp(_delay.Base * SlowStartShareOfRoundTrip, SlowStartMinimum, SlowStartMaximum);

    /// <summary>Whether a loss that was just found means that the path is full.</summary>
    public bool IsCongested => IsQueueing
        || (_arrived + _lost >= PacketsToJudge && _lost > LossShareMaximum * (_arrived + _lost));

    /// <summary>Whether losses are to be expected, so that it pays to repeat what is small.</summary>
    public bool IsLossy { get; private set; } = true;

    /// <summary>
    /// Judges a round of losses: whether it is chance, and <paramref name="isProven"/> if that has just been proved.
    /// A loss without a queue may come from a queue too short to be seen. So the window is cut, and only if there are
    /// losses still, well below where it was, it was not the window that caused them.
    /// </summary>
    public bool IsByChance(Instant now, double window, TimeSpan roundTrip, out bool isProven)
    {
        isProven = false;
        if (IsCongested)
        {
            _trialWindow = 0;
            return false;
        }

        if (now < _believedUntil)
        {
            return true;
        }

        isProven = window < TrialShare * _trialWindow;
        _trialWindow = isProven ? 0 : window;
        _believedUntil = isProven ? now + (RoundTripsBelieved * roundTrip) : _believedUntil;
        return isProven;
    }

    /// <summary>A timeout has shrunk the window, which proves nothing.</summary>
    public void OnTimeout() => _trialWindow = 0;

    public void OnRoundTrip(Instant now, TimeSpan roundTrip) => _delay.Observe(now, roundTrip);

    public void OnArrived()
    {
        _arrived++;
        if (++_sinceLoss >= ChunksToTrust)
        {
            IsLossy = false;
            _doubtful = 0;
        }

        Forget();
    }

    public void OnLost(int chunks)
    {
        _lost += chunks;
        _sinceLossBefore = _doubtful == 0 ? _sinceLoss : _sinceLossBefore;
        _doubtful += chunks;
        _sinceLoss = 0;
        IsLossy = true;
        Forget();
    }

    /// <summary>
    /// A chunk that counted as lost so many times was merely late. When all of them were, the path is as clean as
    /// before the first: packets that overtake each other are no reason to repeat anything.
    /// </summary>
    public void OnMerelyLate(int losses)
    {
        _lost = Math.Max(0, _lost - losses);
        if (_doubtful == 0 || (_doubtful -= losses) > 0)
        {
            return;
        }

        _doubtful = 0;
        _sinceLoss += _sinceLossBefore;
        IsLossy = _sinceLoss < ChunksToTrust;
    }

    private void Forget()
    {
        if (_arrived + _lost >= PacketsRemembered)
        {
            (_arrived, _lost) = (_arrived / 2, _lost / 2);
        }
    }

    private static TimeSpan Clamp(TimeSpan value, TimeSpan minimum, TimeSpan maximum) =>
        value < minimum ? minimum : value > maximum ? maximum : value;
}
