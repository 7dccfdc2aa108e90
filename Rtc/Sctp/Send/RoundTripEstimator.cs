using QuicPair.Rtc.Machine;

namespace QuicPair.Rtc.Sctp.Send;

/// <summary>Estimates the round trip time and the retransmission timeout (RFC 9260 section 6.3).</summary>
internal sealed class RoundTripEstimator(TimeSpan initialRto)
{
    private TimeSpan _variation;
    private TimeSpan _minimum;
    private Instant _minimumSeen;
    private Instant? _nextSample;
    private int _backOff;

    /// <summary>SRTT; null before the first sample.</summary>
    public TimeSpan? Smoothed { get; private set; }

    /// <summary>The shortest recent round trip; zero before the first sample.</summary>
    public TimeSpan Minimum => _minimum;

    /// <summary>RTO, backed off.</summary>
    public TimeSpan Timeout
    {
        get
        {
            var timeout = Smoothed is { } smoothed
                ? smoothed + Longer(4 * _variation, SctpTimings.RtoVariationMinimum)
                : initialRto;
            timeout *= 1 << Math.Min(_backOff, 6);
            return timeout < SctpTimings.RtoMaximum ? timeout : SctpTimings.RtoMaximum;
        }
    }

    /// <summary>
    /// How long to wait for the acknowledgement of the last packet before probing: two round trips (RFC 8985
    /// section 7.2), or less if they vary little, because the I bit makes the receiver answer at once.
    /// </summary>
    public TimeSpan ProbeTimeout
    {
        get
        {
            var smoothed = Smoothed ?? initialRto;
            var spread = Longer(4 * _variation, SctpTimings.ProbeMinimum);
            var expected = smoothed + spread;
            return Longer(expected < 2 * smoothed ? expected : 2 * smoothed, SctpTimings.ProbeMinimum);
        }
    }

    /// <summary>Takes a measurement of a chunk that was sent once.</summary>
    public void Observe(Instant now, TimeSpan roundTrip)
    {
        _backOff = 0;
        if (Smoothed is null || roundTrip <= _minimum
            || now - _minimumSeen > SctpTimings.MinimumRoundTripLife)
        {
            _minimum = roundTrip;
            _minimumSeen = now;
        }

        // "RTT measurements SHOULD NOT be made more than once per round trip for a given destination".
        if (_nextSample is { } next && now < next)
        {
            return;
        }

        if (Smoothed is not { } smoothed)
        {
            Smoothed = roundTrip;
            _variation = roundTrip / 2;
        }
        else
        {
            _variation += SctpTimings.RtoBeta * ((smoothed - roundTrip).Duration() - _variation);
            Smoothed = smoothed + (SctpTimings.RtoAlpha * (roundTrip - smoothed));
        }

        _nextSample = now + Smoothed.Value;
    }

    /// <summary>Whether the timeout has expired since something was acknowledged.</summary>
    public bool IsBackedOff => _backOff > 0;

    /// <summary>Doubles the timeout after it has expired ("back off the timer").</summary>
    public void BackOff() => _backOff++;

    /// <summary>Ends the back-off, because something was acknowledged.</summary>
    public void OnProgress() => _backOff = 0;

    private static TimeSpan Longer(TimeSpan left, TimeSpan right) => left > right ? left : right;
}
