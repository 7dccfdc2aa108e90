using QuicPair.Rtc.Machine;

namespace QuicPair.Rtc.Sctp.Send;

/// <summary>
/// Spreads a window over its round trip (RFC 9438 does not say how; RFC 9002 section 7.7 does), so that it does not
/// fall on a short queue at once: a bucket that fills at somewhat more than a window per round trip. Where a round
/// trip is shorter than what timers can do, and for a thin stream, it never says no.
/// </summary>
internal sealed class Pacer(
    RoundTripEstimator roundTrip, CongestionControl congestion, OutstandingData outstanding, int packetLength)
{
    // RFC 9002: "N = 1.25"; slow start doubles the window in a round trip.
    private const double Gain = 1.25;
    private const double SlowStartGain = 2;

    // Ours: what one wake-up sends, and how fine the host's timers are.
    private const int BurstPackets = 2;
    private static readonly TimeSpan Burst = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan Granularity = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan ShortestRoundTrip = TimeSpan.FromMilliseconds(5);

    private double _credit = SctpTimings.InitialWindowPackets * packetLength;
    private Instant _creditAt;

    /// <summary>Whether a packet may go out; if not, <paramref name="at"/> is when to ask again.</summary>
    public bool Allows(Instant now, out Instant at)
    {
        at = now;
        if (roundTrip.Smoothed is not { } smoothed || roundTrip.Minimum < ShortestRoundTrip)
        {
            return true;
        }

        var gain = congestion.Window < congestion.Threshold ? SlowStartGain : Gain;
        var rate = gain * congestion.Window / smoothed.TotalSeconds;
        // RFC 9002 section 7.7: after a pause a burst of the initial window is as good as at the beginning.
        var packets = outstanding.InFlightCount == 0 ? SctpTimings.InitialWindowPackets : BurstPackets;
        var most = Math.Max(packets * packetLength, rate * Burst.TotalSeconds);
        _credit = Math.Max(_credit, Math.Min(most, _credit + (rate * (now - _creditAt).TotalSeconds)));
        _creditAt = now;
        if (_credit > 0)
        {
            return true;
        }

        var wanted = Math.Max(packetLength, rate * Granularity.TotalSeconds) - _credit;
        at = now + TimeSpan.FromSeconds(wanted / rate) + TimeSpan.FromMicroseconds(1);
        return false;
    }

    public void OnSent(int bytes) => _credit -= bytes;
}
