using QuicPair.Rtc.Machine;

namespace QuicPair.Rtc.Sctp.Send;

/// <summary>
/// Time-based loss detection (RFC 8985): a chunk is lost when one sent sufficiently later has arrived. Its
/// reordering window grows when retransmissions prove needless.
/// </summary>
internal sealed class RecentAcknowledgement(RoundTripEstimator roundTrip)
{
    private const int WindowStepsMax = 16;

    // RFC 8985 section 6.2 step 4: the widened window "persists for 16 loss recoveries".
    private const int RecoveriesToForget = 16;

    private Instant? _sentAt;
    private Tsn _tsn;
    private TimeSpan _roundTrip;
    private int _windowSteps = 1;
    private int _recoveries;
    private Instant? _widenedAt;

    /// <summary>When an unacknowledged chunk will count as lost; null if none is suspect.</summary>
    public Instant? Deadline { get; private set; }

    /// <summary>Takes note of an arrival of the chunk sent last at <paramref name="sentAt"/>.</summary>
    public void OnArrived(Instant now, Instant sentAt, Tsn tsn)
    {
        if (_sentAt is not { } latest || sentAt > latest || (sentAt == latest && tsn > _tsn))
        {
            _sentAt = sentAt;
            _tsn = tsn;
            _roundTrip = now - sentAt;
        }
    }

    /// <summary>Widens the window once per round trip, because a retransmission was needless.</summary>
    public void OnSpurious(Instant now)
    {
        _recoveries = 0;
        if (_widenedAt is not { } widened || now - widened > roundTrip.Smoothed)
        {
            _widenedAt = now;
            _windowSteps = Math.Min(_windowSteps + 1, WindowStepsMax);
        }
    }

    /// <summary>Counts a recovery from real losses.</summary>
    public void OnRecovered()
    {
        if (++_recoveries >= RecoveriesToForget)
        {
            _recoveries = 0;
            _windowSteps = 1;
        }
    }

    /// <summary>
    /// Moves overdue chunks to <see cref="ChunkState.Lost"/>, in the recovery of this number, and returns how many.
    /// </summary>
    public int DetectLosses(Instant now, OutstandingData outstanding, int recovery)
    {
        Deadline = null;
        if (_sentAt is not { } latest || outstanding.InFlightCount == 0)
        {
            return 0;
        }

        var found = 0;
        var patience = _roundTrip + ReorderingWindow();
        var end = outstanding.NextTsn;
        for (var tsn = outstanding.First; tsn != end; tsn = tsn.Next)
        {
            ref var chunk = ref outstanding[tsn];
            var isEarlier = chunk.SentAt < latest || (chunk.SentAt == latest && tsn < _tsn);
            if (!isEarlier && chunk.Transmissions == 1)
            {
                // Later TSNs were sent later still.
                break;
            }

            if (!isEarlier || chunk.State != ChunkState.InFlight)
            {
                continue;
            }

            var overdue = chunk.SentAt + patience;
            if (overdue <= now)
            {
                outstanding.Lose(tsn);
                chunk.Losses++;
                chunk.Recovery = recovery;
                found++;
            }
            else
            {
                Deadline = Instant.Earliest(Deadline, overdue);
            }
        }

        return found;
    }

    // RFC 8985 section 6.2 step 4: a quarter of the minimum round trip per step, SRTT at most.
    private TimeSpan ReorderingWindow()
    {
        var window = roundTrip.Minimum / 4 * _windowSteps;
        var limit = roundTrip.Smoothed ?? window;
        window = window < limit ? window : limit;
        return window > SctpTimings.ReorderingWindowMinimum ? window : SctpTimings.ReorderingWindowMinimum;
    }
}
