using QuicPair.Rtc.Machine;

namespace QuicPair.Rtc.Sctp.Send;

/// <summary>
/// The deadlines of unacknowledged data: first a probe for a lost tail (RFC 8985 section 7), then the
/// retransmission timeout T3-rtx (RFC 9260 section 6.3).
/// </summary>
internal sealed class LossTimer(
    OutstandingData outstanding,
    RoundTripEstimator roundTrip,
    CongestionControl congestion,
    PathCongestion path,
    Recovery recovery,
    SctpStatistics statistics)
{
    // RFC 8985 has one; a second one spares a thin stream most timeouts and adds one packet to a rare event.
    private const int ProbesMax = 2;

    private Instant? _probe;
    private Instant? _timeout;

    public Instant? Deadline => Instant.Earliest(_probe, _timeout);

    /// <summary>Data went out.</summary>
    public void OnSent(Instant now)
    {
        _timeout ??= now + roundTrip.Timeout;
        ArmProbe(now);
    }

    /// <summary>Something was acknowledged.</summary>
    public void OnProgress(Instant now)
    {
        recovery.Probes = 0;
        if (outstanding.Count == 0)
        {
            _probe = _timeout = null;
            return;
        }

        _timeout = now + roundTrip.Timeout;
        ArmProbe(now);
    }

    /// <summary>
    /// Whether the retransmission timeout expired; all that was in flight counts as lost then, unless it was the first
    /// sign of silence to a sender with room in its window.
    /// </summary>
    public bool HandleTimeout(Instant now)
    {
        if (_timeout is { } timeout && now >= timeout)
        {
            Expire(now);
            return true;
        }

        if (_probe is { } probe && now >= probe)
        {
            _probe = null;
            if (outstanding.InFlightCount > 0)
            {
                statistics.TailProbes++;
                recovery.IsProbeOwed = true;
                recovery.Probes++;
                _timeout = now + roundTrip.Timeout;
            }
        }

        return false;
    }

    /// <summary>
    /// There is another path, or the one there was answers again. What has waited in vain for an acknowledgement goes
    /// out at once, and the wait that has grown was for the path before (RFC 9260 section 6.4 keeps it for each
    /// destination address). Nothing happens when the former path still acknowledged.
    /// </summary>
    public void PathChanged(Instant now)
    {
        if (outstanding.Count == 0 || (recovery.Probes == 0 && !roundTrip.IsBackedOff)) return;
        congestion.OnPathChanged();
        path.OnTimeout();
        LoseAll();
        recovery.Probes = 0;
        roundTrip.OnProgress();
        _timeout = now + roundTrip.Timeout;
    }

    // RFC 9002 section 7.6: silence is congestion once it outlasts three probes, and no sooner. Who stops sending has
    // had two by then; for who goes on sending each packet puts the probe off, and the timeout is the first.
    private bool IsFirstSilence => !roundTrip.IsBackedOff && recovery.Probes < ProbesMax
        && !recovery.IsAfterTimeout && !recovery.IsWindowFull
        && roundTrip.Smoothed is not null && recovery.PeerWindow > 0 && outstanding.InFlightCount > 0;

    private void Expire(Instant now)
    {
        statistics.Timeouts++;
        if (IsFirstSilence)
        {
            // New data if there is some, else the last chunk.
            recovery.IsProbeOwed = true;
            recovery.Probes = ProbesMax;
            roundTrip.BackOff();
            _probe = null;
            _timeout = now + roundTrip.Timeout;
            return;
        }

        // A closed window is not congestion: the one chunk in flight asks whether it has opened.
        if (outstanding.InFlightCount > 1 || (outstanding.InFlightCount == 1 && recovery.PeerWindow > 0))
        {
            congestion.OnTimeout(isFirst: !recovery.IsAfterTimeout);
            path.OnTimeout();
        }

        LoseAll();
        recovery.Probes = ProbesMax;
        roundTrip.BackOff();
        _timeout = outstanding.Count > 0 ? now + roundTrip.Timeout : null;
    }

    private void LoseAll()
    {
        recovery.Number++;
        recovery.WasQueueing = path.IsQueueing;
        recovery.ConvictedChunks = outstanding.InFlightCount + outstanding.LostCount;
        recovery.UndecidedChunks = 0;
        recovery.IsAfterTimeout = true;
        recovery.IsFromChance = false;
        var end = outstanding.NextTsn;
        for (var tsn = outstanding.First; tsn != end; tsn = tsn.Next)
        {
            if (outstanding[tsn].State == ChunkState.InFlight)
            {
                outstanding.Lose(tsn);
            }
        }

        recovery.Point = end.Previous;
        recovery.IsProbeOwed = false;
        recovery.IsFastRetransmitOwed = true;
        _probe = null;
    }

    private void ArmProbe(Instant now)
    {
        _probe = null;
        if (roundTrip.Smoothed is not null && recovery.Probes < ProbesMax && outstanding.InFlightCount > 0)
        {
            _probe = now + roundTrip.ProbeTimeout;
        }
    }
}
