using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp.Chunks;

namespace QuicPair.Rtc.Sctp.Send;

/// <summary>Draws the consequences of a SACK (RFC 9260 sections 6.2.1 and 7.2).</summary>
internal sealed class SackProcessing(
    OutstandingData outstanding,
    RoundTripEstimator roundTrip,
    CongestionControl congestion,
    PathCongestion path,
    RecentAcknowledgement recent,
    LossTimer timer,
    Recovery recovery,
    SctpStatistics statistics)
{
    private readonly DuplicateReports _duplicates = new();
    private Instant? _newestSample;
    private int _acknowledgedBytes;
    private (Tsn Tsn, Instant DecideAt)? _repairedTail;

    /// <summary>Takes a SACK; false if it acknowledges what was never sent.</summary>
    public bool Handle(Instant now, in SackChunk sack)
    {
        var cumulative = sack.CumulativeTsnAck;
        if (cumulative < outstanding.First.Previous)
        {
            // "If Cumulative TSN Ack is less than the Cumulative TSN Ack Point, then drop the SACK chunk." What it says
            // of duplicates no later one repeats.
            TakeDuplicates(now, sack);
            return true;
        }

        var highest = sack.GapCount > 0 ? cumulative + sack.Gap(sack.GapCount - 1).End : cumulative;
        if (highest >= outstanding.NextTsn || cumulative >= outstanding.NextTsn)
        {
            return false;
        }

        _acknowledgedBytes = 0;
        _newestSample = null;
        AcknowledgeUpTo(now, cumulative);
        AcknowledgeGaps(now, sack);
        TakeDuplicates(now, sack);
        TakeBackReneged(sack);
        recovery.PeerWindow = Math.Max(0L, sack.ReceiveWindow - (long)outstanding.UnacknowledgedPayload);
        if (_newestSample is { } sentAt)
        {
            roundTrip.Observe(now, now - sentAt);
            path.OnRoundTrip(now, now - sentAt);
            statistics.RoundTrip = roundTrip.Smoothed;
        }

        Recover(now, sack);
        return true;
    }

    /// <summary>Looks for losses, after a SACK or when the time for one has come.</summary>
    public void DetectLosses(Instant now)
    {
        // Losses in a recovery from chance may make it one from congestion.
        var number = recovery.Point is null || recovery.IsFromChance ? recovery.Number + 1 : recovery.Number;
        var found = recent.DetectLosses(now, outstanding, number);
        if (found == 0)
        {
            return;
        }

        path.OnLost(found);
        if (recovery.Point is null || (recovery.IsFromChance && path.IsCongested))
        {
            EnterRecovery(now);
        }

        recovery.Number = number;
        recovery.ConvictedChunks += found;
    }

    private void AcknowledgeUpTo(Instant now, Tsn cumulative)
    {
        while (outstanding.First <= cumulative)
        {
            Acknowledge(now, outstanding.First);
            outstanding.RemoveFirst();
        }
    }

    private void AcknowledgeGaps(Instant now, in SackChunk sack)
    {
        for (var index = 0; index < sack.GapCount; index++)
        {
            var gap = sack.Gap(index);
            var end = sack.CumulativeTsnAck + gap.End;
            for (var tsn = sack.CumulativeTsnAck + gap.Start; tsn <= end; tsn = tsn.Next)
            {
                Acknowledge(now, tsn);
            }
        }
    }

    private void Acknowledge(Instant now, Tsn tsn)
    {
        ref var chunk = ref outstanding[tsn];
        if (chunk.State is ChunkState.Acknowledged or ChunkState.Abandoned)
        {
            return;
        }

        var elapsed = now - chunk.SentAt;
        var isTooSoon = chunk.Transmissions > 1 && elapsed < roundTrip.Minimum * 0.9;
        if (chunk.Transmissions == 1)
        {
            _newestSample = _newestSample is { } sample && sample > chunk.SentAt ? sample : chunk.SentAt;
        }

        var isLate = isTooSoon || chunk.State == ChunkState.Lost;
        if (chunk.Losses > 0)
        {
            DoubtLosses(now, tsn, chunk, isLate);
        }

        if (isLate)
        {
            OnMerelyLate(now, IsConvicted(tsn, chunk));
        }
        else
        {
            if (chunk.IsProbe && chunk.Transmissions > 1)
            {
                _repairedTail = (tsn, now + (roundTrip.Smoothed ?? elapsed));
            }

            recent.OnArrived(now, chunk.SentAt, tsn);
        }

        path.OnArrived();

        _acknowledgedBytes += chunk.WireLength;
        outstanding.Move(ref chunk, ChunkState.Acknowledged);
    }

    // Whether the window was cut for this chunk too: a timeout is for all that was on the way, and another recovery for
    // what was found lost in it.
    private bool IsConvicted(Tsn tsn, in OutstandingChunk chunk) =>
        (chunk.Losses > 0 && chunk.Recovery == recovery.Number)
        || (recovery.IsAfterTimeout && tsn <= recovery.Point);

    // What arrives of a chunk that counted as lost may be the original, a copy or a retransmission. If there is but one
    // that it can be, it was the original; otherwise the receiver reports the others as duplicates if they arrive.
    private void DoubtLosses(Instant now, Tsn tsn, in OutstandingChunk chunk, bool isLate)
    {
        var missing = chunk.Transmissions + chunk.Copies - 1;
        if (isLate && missing == (chunk.State == ChunkState.Lost ? 0 : 1))
        {
            path.OnMerelyLate(chunk.Losses);
            return;
        }

        _duplicates.Watch(new DuplicateReports.Watched
        {
            Tsn = tsn,
            Missing = missing,
            Losses = chunk.Losses,
            Recovery = isLate ? 0 : chunk.Recovery,
            // The other transmission went out a round trip ago at most; as long again for jitter.
            Until = now + (2 * (roundTrip.Smoothed ?? roundTrip.Timeout)),
        });
    }

    private void TakeDuplicates(Instant now, in SackChunk sack)
    {
        for (var index = 0; index < sack.DuplicateCount; index++)
        {
            var tsn = sack.Duplicate(index);
            if (_repairedTail?.Tsn == tsn)
            {
                _repairedTail = null;
                statistics.SpuriousRetransmissions++;
            }

            if (!_duplicates.TryConclude(now, tsn, out var chunk))
            {
                continue;
            }

            path.OnMerelyLate(chunk.Losses);
            if (chunk.Recovery > 0)
            {
                // A receiver may report what it likes. Where there is a queue it is not believed.
                var isBelieved = !recovery.WasQueueing && !path.IsQueueing;
                OnMerelyLate(now, wasConvicted: isBelieved && chunk.Recovery == recovery.Number);
            }
        }
    }

    // The acknowledgement came too soon for the retransmission, so it belongs to the original; or all arrived.
    private void OnMerelyLate(Instant now, bool wasConvicted)
    {
        statistics.SpuriousRetransmissions++;
        recent.OnSpurious(now);
        if (wasConvicted && recovery.ConvictedChunks > 0 && --recovery.ConvictedChunks <= recovery.UndecidedChunks)
        {
            congestion.Undo();
            recovery.Point = null;
            recovery.IsAfterTimeout = false;
            recovery.UndecidedChunks = 0;
        }
    }

    // A receiver that has acknowledged beyond the oldest missing chunk and then does not has discarded data.
    private void TakeBackReneged(in SackChunk sack)
    {
        if (outstanding.Count == 0 || outstanding[outstanding.First].State != ChunkState.Acknowledged)
        {
            return;
        }

        var (gapIndex, lostBefore) = (0, outstanding.LostCount);
        var end = outstanding.NextTsn;
        for (var tsn = outstanding.First; tsn != end; tsn = tsn.Next)
        {
            var offset = tsn - sack.CumulativeTsnAck;
            while (gapIndex < sack.GapCount && sack.Gap(gapIndex).End < offset)
            {
                gapIndex++;
            }

            var isReported = gapIndex < sack.GapCount && sack.Gap(gapIndex).Start <= offset;
            ref var chunk = ref outstanding[tsn];
            if (chunk.State == ChunkState.Acknowledged && !isReported)
            {
                outstanding.Lose(tsn);
            }
        }

        // A receiver short of memory is no better than a congested path, and one that plays must not be sent a window
        // for each packet of its own.
        if (outstanding.LostCount > lostBefore)
        {
            congestion.OnReneged();
        }
    }

    private void Recover(Instant now, in SackChunk sack)
    {
        if (recovery.Point is { } point && sack.CumulativeTsnAck >= point)
        {
            // Whether a timeout was needless nobody can tell any more; a loss that was found may yet prove none.
            recovery.ConvictedChunks = recovery.IsAfterTimeout ? 0 : recovery.ConvictedChunks;
            recovery.Point = null;
            recovery.IsAfterTimeout = false;
            recovery.UndecidedChunks = 0;
            recent.OnRecovered();
        }

        if (_acknowledgedBytes > 0)
        {
            roundTrip.OnProgress();
            timer.OnProgress(now);
            // After a timeout the window has to grow while the losses are repaired, or it would stay at one
            // packet.
            var isRepairing = recovery.Point is not null && !recovery.IsFromChance
                && congestion.Window >= congestion.Threshold;
            if (path.IsFilled)
            {
                congestion.OnFilled();
            }

            if (recovery.IsWindowFull && !isRepairing)
            {
                var smoothed = roundTrip.Smoothed ?? default;
                congestion.OnAcknowledged(now, _acknowledgedBytes, smoothed, path.IsQueueing);
            }
        }

        DecideAboutTail(now);
        DetectLosses(now);
        statistics.CongestionWindow = (long)congestion.Window;
    }

    // RFC 8985 section 7.4: a tail that arrived only as a probe was lost, which is congestion; if the receiver reports
    // the probe as a duplicate within a round trip, nothing had been lost.
    private void DecideAboutTail(Instant now)
    {
        if (_repairedTail is not { } tail || now < tail.DecideAt)
        {
            return;
        }

        _repairedTail = null;
        if (recovery.Point is null)
        {
            path.OnLost(1);
            recovery.ConvictedChunks = 0;
            ShrinkWindow(now);
        }
    }

    private void EnterRecovery(Instant now)
    {
        recovery.IsAfterTimeout = false;
        recovery.UndecidedChunks = 0;
        recovery.WasQueueing = path.IsQueueing;
        recovery.IsFromChance = !ShrinkWindow(now);
        recovery.Point = outstanding.NextTsn.Previous;
        recovery.ConvictedChunks = 0;
        recovery.IsFastRetransmitOwed = true;
    }

    private bool ShrinkWindow(Instant now)
    {
        if (!path.IsByChance(now, congestion.Window, roundTrip.Smoothed ?? default, out var isProven))
        {
            congestion.OnLoss();
            return true;
        }

        if (isProven)
        {
            congestion.Undo();
        }

        statistics.ChanceLosses++;
        congestion.OnChanceLoss();
        return false;
    }
}
