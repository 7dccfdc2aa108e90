using QuicPair.Rtc.Machine;

namespace QuicPair.Rtc.Sctp.Send;

/// <summary>
/// The congestion window: slow start of RFC 9260 section 7.2.1 until a queue shows (RFC 9406), then CUBIC (RFC 9438)
/// while there is none and Reno's pace while there is one, so that a Reno flow in the same queue gets its share.
/// Losses by chance do not shrink it; <see cref="PathCongestion"/> tells them apart.
/// </summary>
internal sealed class CongestionControl(int packetLength)
{
    // From RFC 9438 section 4.6 and 5: beta_cubic, C in packets per second cubed.
    private const double Beta = 0.7;
    private const double Scaling = 0.4;
    private const double RenoGrowth = 3 * (1 - Beta) / (1 + Beta);

    // RFC 9406 section 4.3: "LOW_CWND".
    private const int SlowStartPacketsMin = 16;

    private double _windowMaximum;
    private double _windowReno;
    private Instant? _epoch;
    private double _secondsToMaximum;
    private double _originWindow;
    private (double Window, double Threshold, double Maximum)? _undo;
    private bool _isCautious;

    /// <summary>Bytes that may be in flight.</summary>
    public double Window { get; private set; } = SctpTimings.InitialWindowPackets * packetLength;

    /// <summary>Slow start ends here.</summary>
    public double Threshold { get; private set; } = double.MaxValue;

    private double Minimum => SctpTimings.MinimumWindowPackets * packetLength;

    /// <summary>Grows the window for acknowledged bytes; call only when the window was in full use.</summary>
    public void OnAcknowledged(Instant now, int bytes, TimeSpan roundTrip, bool isQueueing = false)
    {
        // RFC 9260 section 7.2.1 with L = 1.
        bytes = _isCautious ? Math.Min(bytes, packetLength) : bytes;
        if (Window < Threshold)
        {
            Window += bytes;
            return;
        }

        if (isQueueing)
        {
            // RFC 9438 section 4.3: what is as fast as Reno with its other factor.
            Window += RenoGrowth * packetLength * bytes / Window;
            _epoch = null;
            return;
        }

        if (_epoch is not { } epoch)
        {
            epoch = StartEpoch(now);
        }

        var seconds = (now - epoch + roundTrip).TotalSeconds - _secondsToMaximum;
        var cubic = (_originWindow / packetLength) + (Scaling * seconds * seconds * seconds);
        var alpha = _windowReno < _windowMaximum ? RenoGrowth : 1;
        _windowReno += alpha * packetLength * bytes / Window;
        var target = Math.Clamp(cubic * packetLength, Window, 1.5 * Window);
        var grown = Window + ((target - Window) * bytes / Window);
        Window = Math.Max(grown, _windowReno);
    }

    /// <summary>Shrinks the window once for a round of losses.</summary>
    public void OnLoss()
    {
        _undo = (Window, Threshold, _windowMaximum);
        // "Fast Convergence": leave room for a flow that has come.
        _windowMaximum = Window < _windowMaximum ? Window * (1 + Beta) / 2 : Window;
        Window = Math.Max(Window * Beta, Minimum);
        Threshold = Window;
        _epoch = null;
    }

    /// <summary>A loss that says nothing about other flows: the window stays.</summary>
    public void OnChanceLoss() => _undo = null;

    /// <summary>Ends slow start, because the path holds no more without a queue.</summary>
    public void OnFilled()
    {
        if (Window < Threshold && Window >= SlowStartPacketsMin * packetLength)
        {
            Threshold = Window;
        }
    }

    /// <summary>RFC 9260 section 7.2.3: "ssthresh = max(cwnd / 2, 4 * PMDCS), cwnd = PMDCS".</summary>
    public void OnTimeout(bool isFirst)
    {
        _undo = isFirst ? (Window, Threshold, _windowMaximum) : _undo;
        _windowMaximum = Window;
        Threshold = Math.Max(Window / 2, Minimum);
        Window = packetLength;
        _epoch = null;
    }

    /// <summary>
    /// The peer took back what it had acknowledged: start anew, and believe it a packet at a time from then on.
    /// </summary>
    public void OnReneged()
    {
        OnTimeout(isFirst: false);
        _undo = null;
        _isCautious = true;
    }

    /// <summary>Takes the last <see cref="OnLoss"/> back, because nothing had been lost.</summary>
    public void Undo()
    {
        if (_undo is { } before)
        {
            Window = Math.Max(Window, before.Window);
            Threshold = before.Threshold;
            _windowMaximum = before.Maximum;
            _epoch = null;
            _undo = null;
        }
    }

    /// <summary>
    /// After a pause the path may have changed: start no higher than at the beginning, and take nothing back any more.
    /// </summary>
    public void OnIdle()
    {
        Window = Math.Min(Window, SctpTimings.InitialWindowPackets * packetLength);
        _undo = null;
    }

    /// <summary>Another path, of which nothing is known: as at the beginning (RFC 9260 section 7.2.1).</summary>
    public void OnPathChanged()
    {
        Window = SctpTimings.InitialWindowPackets * packetLength;
        Threshold = double.MaxValue;
        _windowMaximum = 0;
        _undo = null;
        _epoch = null;
    }

    private Instant StartEpoch(Instant now)
    {
        _epoch = now;
        _windowReno = Window;
        _originWindow = Math.Max(_windowMaximum, Window);
        _secondsToMaximum = Math.Cbrt((_originWindow - Window) / packetLength / Scaling);
        return now;
    }
}
