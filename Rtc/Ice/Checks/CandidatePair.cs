using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Stun;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Ice.Checks;

/// <summary>A local and a remote candidate that may reach each other, and how checking them goes.</summary>
internal sealed class CandidatePair(IceCandidate local, IceCandidate remote, int number)
{
    private OutstandingChecks _outstanding;

    public IceCandidate Local { get; set; } = local;

    public IceCandidate Remote { get; set; } = remote;

    /// <summary>Pairs of one path are the same pair (RFC 8445, section 6.1.2.4).</summary>
    public NetworkPath Path { get; } = new(local.Base, remote.Address);

    public ulong Priority { get; private set; }

    /// <summary>Grows with each pair of an agent.</summary>
    public int Number { get; } = number;

    public PairState State { get; private set; }

    /// <summary>Whether the controlling peer sent a check with USE-CANDIDATE on it.</summary>
    public bool IsNominated { get; set; }

    /// <summary>Whether an authentic check came in on it: the peer can reach us.</summary>
    public bool HasReceivedRequest { get; set; }

    /// <summary>Whether it waits in the triggered-check queue.</summary>
    public bool IsTriggered { get; set; }

    /// <summary>When the next check is due; null when there is none.</summary>
    public Instant? NextCheck { get; private set; } = Instant.Start;

    /// <summary>When a valid pair becomes invalid unless a check is answered before.</summary>
    public Instant ConsentExpires { get; private set; }

    /// <summary>Checks sent since the last answer.</summary>
    public int Unanswered { get; private set; }

    /// <summary>When the first of them was sent.</summary>
    public Instant UnansweredSince { get; private set; }

    /// <summary>Whether our end of it is gone, so that nothing new is to begin on it.</summary>
    public bool IsForsaken { get; set; }

    /// <summary>Smoothed as in RFC 6298, section 2; null before the first answer.</summary>
    public TimeSpan? RoundTripTime { get; private set; }

    /// <summary>
    /// The PRIORITY of its checks: that of a peer-reflexive candidate (RFC 8445, section 7.1.1), but for a relayed one
    /// its own: a peer that was not told of it would like the relay better than a way without.
    /// </summary>
    public uint CheckPriority => Local.Type == IceCandidateType.Relayed
        ? Local.Priority
        : (IceCandidate.ComputePriority(IceCandidateType.PeerReflexive, 0) & 0xFF00_0000)
            | (Local.Priority & 0x00FF_FFFF);

    /// <summary>2^32·MIN(G,D) + 2·MAX(G,D) + (G&gt;D?1:0) (RFC 8445, section 6.1.2.3).</summary>
    public void ComputePriority(IceRole role)
    {
        var (controlling, controlled) = role == IceRole.Controlling
            ? (Local.Priority, Remote.Priority)
            : (Remote.Priority, Local.Priority);
        Priority = ((ulong)Math.Min(controlling, controlled) << 32)
            + (2ul * Math.Max(controlling, controlled))
            + (controlling > controlled ? 1ul : 0);
    }

    /// <summary>Notes a check; <paramref name="next"/> is when another one is due.</summary>
    public void CheckSent(Instant now, TransactionId id, IceRole role, Instant next)
    {
        _outstanding.Add(id, now, role);
        if (State != PairState.Succeeded) State = PairState.InProgress;
        if (Unanswered++ == 0) UnansweredSince = now;
        NextCheck = next;
    }

    public bool TryTakeCheck(TransactionId id, out Instant sentAt, out IceRole role) =>
        _outstanding.TryTake(id, out sentAt, out role);

    /// <summary>A check was answered: valid, with consent from <paramref name="now"/>.</summary>
    public void Succeed(Instant now, TimeSpan roundTripTime)
    {
        State = PairState.Succeeded;
        Unanswered = 0;
        ConsentExpires = now + IceTimings.ConsentLifetime;
        RoundTripTime = RoundTripTime is { } smoothed ? ((smoothed * 7) + roundTripTime) / 8 : roundTripTime;
    }

    public void CheckAgainAt(Instant next) => NextCheck = next;

    public void Fail()
    {
        State = PairState.Failed;
        NextCheck = null;
    }

    /// <summary>Starts over: what the peer just did makes a new check worth while.</summary>
    public void Revive(Instant now)
    {
        if (State == PairState.Succeeded) return;
        State = PairState.Waiting;
        Unanswered = 0;
        NextCheck = now;
    }
}
