using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Stun;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Ice.Checks;

/// <summary>The checks that this agent sends, and the responses to them (RFC 8445, section 7.2).</summary>
internal sealed class ConnectivityChecks(AgentState state, CheckSchedule schedule)
{
    /// <summary>Repeats of a check before a pair is given up while another one works.</summary>
    private const int MaximumUnanswered = 7;

    /// <summary>Writes the next check that is due; false when there is none.</summary>
    public bool TryTransmit(Instant now, Span<byte> destination, out int length, out NetworkPath path)
    {
        (length, path) = (0, default);
        while (schedule.TryNext(now, out var pair) && pair is not null)
        {
            if (IsHopeless(pair))
            {
                pair.Fail();
                continue;
            }

            var id = TransactionId.Create(state.Entropy);
            length = Write(destination, id, pair);
            path = pair.Path;
            pair.CheckSent(now, id, state.Role, schedule.RepeatOf(pair, now));
            state.Counters = state.Counters with { ChecksSent = state.Counters.ChecksSent + 1 };
            if (pair == state.Selected)
            {
                PairSelection.Update(state);
                PairSelection.NoteHealth(state, now);
            }

            return length > 0;
        }

        return false;
    }

    public void HandleResponse(Instant now, NetworkPath path, in StunMessage message)
    {
        // RFC 8445, 7.2.5.2.1: a response that does not come from where the request went is not symmetric
        // and useless.
        if (state.Checklist.Find(path) is not { } pair || !message.VerifyIntegrity(state.RemoteKey)
            || !pair.TryTakeCheck(message.Header.TransactionId, out var sentAt, out var role))
        {
            state.Drop();
            return;
        }

        schedule.Invalidate();
        if (message.Header.Class == StunClass.SuccessResponse)
        {
            HandleSuccess(now, pair, now - sentAt, message);
        }
        else if (message.ErrorCode == StunErrorCode.RoleConflict)
        {
            HandleRoleConflict(now, pair, role);
        }
        else
        {
            state.Drop();
        }
    }

    private bool IsHopeless(CandidatePair pair) =>
        state.State == IceState.Connected
        && pair is { State: PairState.InProgress, Unanswered: >= MaximumUnanswered };

    private int Write(Span<byte> destination, TransactionId id, CandidatePair pair)
    {
        var writer = new StunMessageWriter(destination, new(StunClass.Request, StunMethod.Binding, id));
        writer.AddUsername(state.OutgoingUsername);
        writer.AddPriority(pair.CheckPriority);
        if (state.Role == IceRole.Controlling)
        {
            writer.AddControlling(state.TieBreaker);
            writer.AddUseCandidate();
        }
        else
        {
            writer.AddControlled(state.TieBreaker);
        }

        return writer.Complete(state.RemoteKey);
    }

    private void HandleSuccess(
        Instant now, CandidatePair pair, TimeSpan roundTripTime, in StunMessage message)
    {
        if (message.MappedAddress is not { } mapped)
        {
            state.Drop();
            return;
        }

        state.Counters = state.Counters with { ResponsesReceived = state.Counters.ResponsesReceived + 1 };
        pair.Succeed(now, roundTripTime);
        NotePeerReflexive(pair, mapped);
        PairSelection.Update(state);
        PairSelection.NoteHealth(state);
        pair.CheckAgainAt(schedule.NextCheckOf(pair, now));
    }

    // RFC 8445, 7.2.5.3.1: a mapped address that is none of our candidates is a peer-reflexive candidate. Its
    // base is that of the pair, so there is nothing new to check; the type tells that a NAT is between.
    private void NotePeerReflexive(CandidatePair pair, TransportAddress mapped)
    {
        if (pair.Local.Address == mapped) return;
        if (state.Checklist.Locals.Any(candidate => candidate.Address == mapped)) return;
        pair.Local = pair.Local with { Address = mapped, Type = IceCandidateType.PeerReflexive };
    }

    private void HandleRoleConflict(Instant now, CandidatePair pair, IceRole roleOfCheck)
    {
        // RFC 8445, 7.2.5.1: "If it has already switched roles …, the agent MUST NOT switch again."
        if (roleOfCheck == state.Role)
        {
            state.Counters = state.Counters with { RoleConflicts = state.Counters.RoleConflicts + 1 };
            state.SwitchRole();
            PairSelection.Update(state);
        }

        schedule.Trigger(now, pair);
    }
}
