using QuicPair.Rtc.Machine;

namespace QuicPair.Rtc.Ice.Checks;

/// <summary>
/// When the agent stops hoping: for a first valid pair, or for a pair whose consent ran out (RFC 7675).
/// </summary>
internal sealed class PathLifetime(AgentState state, CheckSchedule schedule)
{
    private Instant? _patienceEnds;
    private Instant? _forgetsAt;

    public Instant? NextTimeout
    {
        get
        {
            var next = state.State switch
            {
                IceState.Checking => _patienceEnds,
                IceState.Connected => _forgetsAt,
                _ => null,
            };
            foreach (var pair in state.Checklist.Pairs)
            {
                if (pair.State == PairState.Succeeded) next = Instant.Earliest(next, pair.ConsentExpires);
            }

            return next;
        }
    }

    public void ChecksStarted(Instant now)
    {
        _patienceEnds = now + IceTimings.Patience;
        _forgetsAt = now + IceTimings.ForgetAfter;
    }

    public void HandleTimeout(Instant now)
    {
        if (state.State == IceState.Checking && _patienceEnds <= now)
        {
            state.Fail(ReasonForNoPair());
            return;
        }

        if (state.State != IceState.Connected) return;
        ExpireConsent(now);
        if (state.State == IceState.Connected && _forgetsAt <= now) ForgetUselessPairs(now);
    }

    private IceFailure ReasonForNoPair()
    {
        if (state.Checklist.Pairs.Exists(pair => pair.HasReceivedRequest)) return IceFailure.OneWay;
        return state.Checklist.Pairs.Count == 0 ? IceFailure.NoCandidatePairs : IceFailure.NoAnswer;
    }

    private void ExpireConsent(Instant now)
    {
        foreach (var pair in state.Checklist.Pairs)
        {
            if (pair.State != PairState.Succeeded || now < pair.ConsentExpires) continue;
            pair.Fail();
            schedule.Invalidate();
            if (pair == state.Selected) state.Selected = null;
        }

        if (state.Selected is not null) return;
        PairSelection.Update(state);
        if (state.Selected is null) state.Fail(IceFailure.ConsentExpired);
    }

    // An idle connection keeps the pairs that work; a check that comes in later brings a forgotten one back.
    private void ForgetUselessPairs(Instant now)
    {
        state.Checklist.RemoveWhere(pair => pair.State == PairState.Failed);
        var isChecking = state.Checklist.Pairs.Exists(pair => pair.State != PairState.Succeeded);
        _forgetsAt = isChecking ? now + IceTimings.ForgetAfter : null;
        schedule.Invalidate();
    }
}
