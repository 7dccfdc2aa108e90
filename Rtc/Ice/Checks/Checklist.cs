using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Ice.Checks;

/// <summary>
/// The candidates of both agents and the pairs of them, best first (RFC 8445, section 6.1.2). It knows which
/// pairs make sense and keeps their number bounded; it does not know when they are checked.
/// </summary>
internal sealed class Checklist(IceRole role)
{
    private readonly List<IceCandidate> _locals = [];
    private readonly List<IceCandidate> _formerLocals = [];
    private readonly List<IceCandidate> _remotes = [];
    private readonly List<CandidatePair> _pairs = [];
    private IceRole _role = role;
    private int _made;

    public IReadOnlyList<IceCandidate> Locals => _locals;

    /// <summary>The pair that data is sent on; it keeps its place.</summary>
    public CandidatePair? Selected { get; set; }

    /// <summary>Pairs by falling priority.</summary>
    public List<CandidatePair> Pairs => _pairs;

    public bool TryAddLocal(IceCandidate candidate)
    {
        if (_locals.Count >= IceTimings.MaximumLocalCandidates) return false;
        if (candidate.Address.IsUnusable || candidate.Base.Port == 0) return false;
        var isKnown = _locals.Exists(
            known => known.Address == candidate.Address && known.Base == candidate.Base);
        if (isKnown) return false;
        _locals.Add(candidate);
        foreach (var remote in _remotes)
        {
            _ = TryAddPair(candidate, remote);
        }

        return true;
    }

    /// <summary>
    /// Replaces our candidates. Pairs stay; those whose base is gone give way to any other that works. What failed is
    /// forgotten, so that a session whose relays are renewed for hours does not run out of places.
    /// </summary>
    public void UpdateLocals(IReadOnlyList<IceCandidate> candidates)
    {
        _pairs.RemoveAll(pair => pair.State == PairState.Failed);
        ForgetSilentReflexive();
        var gone = _locals.FindAll(known => !candidates.Any(
            candidate => candidate.Address == known.Address && candidate.Base == known.Base));
        _locals.RemoveAll(gone.Contains);
        _formerLocals.AddRange(gone);
        var tooMany = _formerLocals.Count - IceTimings.MaximumLocalCandidates;
        if (tooMany > 0) _formerLocals.RemoveRange(0, tooMany);
        foreach (var candidate in candidates)
        {
            _ = TryAddLocal(candidate);
        }

        foreach (var pair in _pairs)
        {
            pair.IsForsaken = !_locals.Exists(local => local.Base == pair.Path.Local);
        }
    }

    /// <summary>
    /// Adds a candidate of the peer; one that is known by its address takes over type and priority.
    /// </summary>
    public bool TryAddRemote(IceCandidate candidate)
    {
        if (candidate.Address.IsUnusable) return false;
        var index = _remotes.FindIndex(known => known.Address == candidate.Address);
        if (index >= 0)
        {
            // RFC 8445, 7.3.1.3: a peer-reflexive candidate that is signaled later takes the signaled values.
            if (_remotes[index].Type == IceCandidateType.PeerReflexive) Replace(index, candidate);
            return false;
        }

        var isReflexive = candidate.Type == IceCandidateType.PeerReflexive;
        var alike = _remotes.Count(known => known.Type == IceCandidateType.PeerReflexive == isReflexive);
        if (alike >= IceTimings.MaximumRemoteCandidates && !(isReflexive && TryForgetReflexive())) return false;
        _remotes.Add(candidate);
        foreach (var local in _locals)
        {
            if (!isReflexive) _ = TryAddPair(local, candidate);
        }

        return true;
    }

    /// <summary>
    /// The pair of a path, or null. The list is short, and steady traffic asks for its first entries.
    /// </summary>
    public CandidatePair? Find(NetworkPath path)
    {
        foreach (var pair in _pairs)
        {
            if (pair.Path == path) return pair;
        }

        return null;
    }

    /// <summary>
    /// The pair of a path on which an authentic check came in; made from a peer-reflexive candidate if new. A peer
    /// whose addresses change at the same time as ours knows our former ones only: the path that it finds serves until
    /// the new ones of both have found each other.
    /// </summary>
    public CandidatePair? FindOrAdd(NetworkPath path, uint remotePriority)
    {
        if (Find(path) is { } known) return known;
        if (_locals.Find(local => IsEndOf(local, path)) is { } local)
        {
            return FindOrAddRemote(path, remotePriority) is { } near ? TryAddPair(local, near, isWanted: true) : null;
        }

        if (_formerLocals.Find(former => IsEndOf(former, path)) is not { } former) return null;
        if (FindOrAddRemote(path, remotePriority) is not { } remote) return null;
        foreach (var each in _locals) _ = TryAddPair(each, remote);
        var pair = TryAddPair(former, remote, isWanted: true);
        if (pair is not null) pair.IsForsaken = true;
        return pair;
    }

    /// <summary>Whether our end of a path is one of our candidates.</summary>
    public bool IsEnd(NetworkPath path) => _locals.Exists(local => IsEndOf(local, path));

    /// <summary>Whether it was one not long ago.</summary>
    public bool WasEnd(NetworkPath path) => _formerLocals.Exists(former => IsEndOf(former, path));

    /// <summary>Both formulas depend on who controls: order the pairs anew.</summary>
    public void SwitchRole(IceRole role)
    {
        _role = role;
        foreach (var pair in _pairs)
        {
            pair.ComputePriority(role);
        }

        Sort();
    }

    public void RemoveWhere(Predicate<CandidatePair> condition) => _pairs.RemoveAll(condition);

    private IceCandidate? FindOrAddRemote(NetworkPath path, uint remotePriority)
    {
        var remote = _remotes.Find(candidate => candidate.Address == path.Remote);
        if (remote is null)
        {
            remote = new IceCandidate
            {
                Foundation = "prflx",
                Priority = remotePriority,
                Address = path.Remote,
                Type = IceCandidateType.PeerReflexive,
            };
            if (!TryAddRemote(remote)) return null;
        }

        return remote;
    }

    private static bool IsEndOf(IceCandidate candidate, NetworkPath path) =>
        candidate.Base == path.Local && candidate.Address.IsIPv4 == path.Remote.IsIPv4;

    private static bool IsCompatible(IceCandidate local, TransportAddress remote) =>
        local.Address.IsIPv4 == remote.IsIPv4
        // The system chooses the source address for a socket that is bound to all of them.
        && (local.Base.IsUnspecified || local.Address.IsLoopback == remote.IsLoopback)
        && (remote.IsIPv4 || local.Address.IsLinkLocal == remote.IsLinkLocal);

    private CandidatePair? TryAddPair(IceCandidate local, IceCandidate remote, bool isWanted = false)
    {
        if (!isWanted && !IsCompatible(local, remote.Address)) return null;
        var pair = new CandidatePair(local, remote, _made++);
        pair.ComputePriority(_role);
        if (Find(pair.Path) is { } same)
        {
            // RFC 8445, 6.1.2.4: of redundant pairs the one with the lower priority goes.
            if (same.Priority >= pair.Priority) return same;
            same.Local = local;
            same.ComputePriority(_role);
            Sort();
            return same;
        }

        if (_pairs.Count >= IceTimings.MaximumPairs && !TryMakeRoom(pair, isWanted)) return null;
        _pairs.Add(pair);
        Sort();
        return pair;
    }

    private bool TryMakeRoom(CandidatePair pair, bool isWanted)
    {
        var useless = _pairs.Where(each => each != Selected && (each.IsForsaken || each.State == PairState.Failed))
            .MinBy(each => each.Number);
        if (useless is not null) return _pairs.Remove(useless);

        var worst = _pairs.FindLastIndex(
            each => each is { State: not PairState.Succeeded, HasReceivedRequest: false });
        if (worst < 0 || (!isWanted && _pairs[worst].Priority >= pair.Priority)) return false;
        _pairs.RemoveAt(worst);
        return true;
    }

    // While the peer answers somewhere, the addresses that it has left are not tried from our new ones.
    private void ForgetSilentReflexive()
    {
        if (!_pairs.Exists(Answers)) return;
        var silent = _remotes.FindAll(remote => remote.Type == IceCandidateType.PeerReflexive
            && Selected?.Remote != remote
            && !_pairs.Exists(pair => pair.Remote == remote && (Answers(pair) || pair.State == PairState.Waiting)));
        _remotes.RemoveAll(silent.Contains);
        _pairs.RemoveAll(pair => silent.Contains(pair.Remote));

        static bool Answers(CandidatePair pair) => pair is
        {
            State: PairState.Succeeded, Unanswered: < IceTimings.UnansweredChecksOfASilentPair,
        };
    }

    // A peer whose NAT gives it one address after the other must not run out of places.
    private bool TryForgetReflexive()
    {
        var index = _remotes.FindIndex(remote => remote.Type == IceCandidateType.PeerReflexive
            && !_pairs.Exists(pair => pair.Remote == remote && pair.State != PairState.Failed));
        if (index < 0)
        {
            index = _remotes.FindIndex(remote => remote.Type == IceCandidateType.PeerReflexive
                && _pairs.TrueForAll(pair => pair.Remote != remote || pair.Unanswered > 0));
        }

        if (index < 0) return false;
        var forgotten = _remotes[index];
        _pairs.RemoveAll(pair => pair.Remote == forgotten);
        _remotes.RemoveAt(index);
        return true;
    }

    private void Replace(int index, IceCandidate signaled)
    {
        _remotes[index] = signaled;
        foreach (var pair in _pairs)
        {
            if (pair.Remote.Address != signaled.Address) continue;
            pair.Remote = signaled;
            pair.ComputePriority(_role);
        }

        foreach (var local in _locals)
        {
            _ = TryAddPair(local, signaled);
        }

        Sort();
    }

    // Of a tie the youngest is first: a relay that was renewed is as good as its successor, and about to go.
    private void Sort() => _pairs.Sort(static (left, right) =>
    {
        var byPriority = right.Priority.CompareTo(left.Priority);
        return byPriority != 0 ? byPriority : right.Number.CompareTo(left.Number);
    });
}
