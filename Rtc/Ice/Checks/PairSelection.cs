using QuicPair.Rtc.Machine;

namespace QuicPair.Rtc.Ice.Checks;

/// <summary>
/// Chooses the pair that data is sent on (RFC 8445, sections 8.1 and 12.1): the first valid one at once, a
/// better one when it becomes valid. The controlling side nominates in every check, so its own order of pairs
/// decides; the controlled side prefers what was nominated. A pair that stopped answering yields before its
/// consent is gone.
/// </summary>
internal static class PairSelection
{
    public static void Update(AgentState state)
    {
        var best = FindBest(state);
        if (best is null || best == state.Selected) return;
        state.Selected = best;
        if (!best.IsForsaken) FailForsaken(state);
        state.Enter(IceState.Connected);
        state.Events.Enqueue(new IceEvent.PathSelected(best.Path));
        NoteHealth(state);
    }

    /// <summary>Tells when the selected pair falls silent, and when there is one again that answers.</summary>
    public static void NoteHealth(AgentState state, Instant? now = null)
    {
        if (state.Selected is not { } selected) return;
        var isSilent = state.IsSilent
            ? selected.Unanswered >= IceTimings.UnansweredChecksOfASilentPair
            : selected.Unanswered >= IceTimings.LostAfterChecks
                && now - selected.UnansweredSince >= IceTimings.LostAfter;
        if (isSilent == state.IsSilent) return;
        state.IsSilent = isSilent;
        state.Events.Enqueue(isSilent ? new IceEvent.PathSilent() : new IceEvent.PathAnswers());
    }

    public static CandidatePair? FindBest(AgentState state)
    {
        CandidatePair? best = null;
        foreach (var pair in state.Checklist.Pairs)
        {
            if (pair.State != PairState.Succeeded) continue;
            if (best is null || Rank(pair, state.Role) > Rank(best, state.Role)) best = pair;
        }

        return best;
    }

    // What still comes in on them is taken; nothing more is asked there.
    private static void FailForsaken(AgentState state)
    {
        foreach (var pair in state.Checklist.Pairs)
        {
            if (pair.IsForsaken) pair.Fail();
        }
    }

    // Pairs come by falling priority, so the first of the best rank is the one with the highest priority.
    private static int Rank(CandidatePair pair, IceRole role)
    {
        var isGood = !pair.IsForsaken && pair.Unanswered < IceTimings.UnansweredChecksOfASilentPair;
        var answers = isGood ? 2 : 0;
        return answers + (role == IceRole.Controlled && pair.IsNominated ? 1 : 0);
    }
}
