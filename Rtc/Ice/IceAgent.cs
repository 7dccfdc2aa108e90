using QuicPair.Rtc.Ice.Checks;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Stun;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Ice;

/// <summary>
/// A full ICE agent for one component of one data stream (RFC 8445), controlling or controlled. Candidates
/// come from outside; it finds the pairs that work, keeps the consent of the peer fresh (RFC 7675) and says
/// on which path to send. After each call drain <see cref="TryTransmit"/> and <see cref="TryTake"/>, then
/// read <see cref="NextTimeout"/>.
/// </summary>
internal sealed class IceAgent
{
    private readonly AgentState _state;
    private readonly CheckSchedule _schedule;
    private readonly ConnectivityChecks _checks;
    private readonly BindingRequests _requests;
    private readonly PathLifetime _lifetime;

    /// <param name="role">Controlling for the offerer (RFC 8445, section 6.1.1).</param>
    /// <param name="credentials">Ours, as our description says.</param>
    /// <param name="entropy">For transaction ids and the tie-breaker.</param>
    public IceAgent(IceRole role, IceCredentials credentials, IEntropy entropy)
    {
        _state = new AgentState(role, credentials, entropy);
        _schedule = new CheckSchedule(_state);
        _checks = new ConnectivityChecks(_state, _schedule);
        _requests = new BindingRequests(_state, _schedule);
        _lifetime = new PathLifetime(_state, _schedule);
    }

    public IceCredentials Credentials => _state.Local;

    public IceCredentials? RemoteCredentials => _state.Remote;

    public IceRole Role => _state.Role;

    public IceState State => _state.State;

    public IceCounters Counters => _state.Counters;

    public IReadOnlyList<IceCandidate> LocalCandidates => _state.Checklist.Locals;

    /// <summary>The path to send data on; null when there is none.</summary>
    public NetworkPath? SelectedPath => _state.Selected?.Path;

    /// <summary>Whether <see cref="SelectedPath"/> has stopped answering and there is no other.</summary>
    public bool IsSilent => _state.IsSilent;

    /// <summary>What kind of path <see cref="SelectedPath"/> is.</summary>
    public IcePathKind? PathKind => _state.Selected is { } pair ? KindOf(pair) : null;

    /// <summary>Smoothed round trip time of the selected path; null when there is none.</summary>
    public TimeSpan? RoundTripTime => _state.Selected?.RoundTripTime;

    /// <summary>When to call <see cref="HandleTimeout"/>, if nothing else happens before.</summary>
    public Instant? NextTimeout => State == IceState.Failed
        ? null
        : Instant.Earliest(_schedule.Due, _lifetime.NextTimeout);

    /// <summary>Adds an address of ours. A description that was sent before does not have it.</summary>
    public void AddLocalCandidate(IceCandidate candidate)
    {
        if (_state.Checklist.TryAddLocal(candidate)) _schedule.Invalidate();
    }

    /// <summary>
    /// Takes the addresses that we have: new ones are checked from at once (the peer learns
    /// them by the checks), those that are gone yield.
    /// </summary>
    public void UpdateLocalCandidates(IReadOnlyList<IceCandidate> candidates)
    {
        if (State == IceState.Failed) return;
        _state.Checklist.UpdateLocals(candidates);
        _schedule.Invalidate();
        if (State == IceState.Connected) PairSelection.Update(_state);
    }

    /// <summary>
    /// The network has changed: every pair is checked at once, which shows the peer our new address, if it is one.
    /// </summary>
    public void CheckAgain(Instant now)
    {
        if (_state.Remote is null || State == IceState.Failed) return;
        foreach (var pair in _state.Checklist.Pairs) _schedule.Hurry(now, pair);
    }

    /// <summary>Checks the selected path at once: something says that it may have broken.</summary>
    public void Probe(Instant now)
    {
        if (State == IceState.Connected) _schedule.Probe(now);
    }

    /// <summary>Starts the checks: call it as soon as the peer's description is read.</summary>
    public void SetRemote(Instant now, IceCredentials credentials, IEnumerable<IceCandidate> candidates)
    {
        _state.SetRemote(credentials);
        _state.Enter(IceState.Checking);
        _lifetime.ChecksStarted(now);
        AddRemoteCandidates(candidates);
        _requests.AcceptEarly(now);
    }

    /// <summary>
    /// Adds candidates of the peer; those that are known already, or too many, are ignored.
    /// </summary>
    public void AddRemoteCandidates(IEnumerable<IceCandidate> candidates)
    {
        foreach (var candidate in candidates)
        {
            _ = _state.Checklist.TryAddRemote(candidate);
        }

        _schedule.Invalidate();
    }

    /// <summary>
    /// Whether a STUN message belongs to this agent and not to another one of the same session: a request
    /// names our ufrag, anything else comes from where a check of ours may have gone and is authentic.
    /// </summary>
    public bool IsMine(NetworkPath path, ReadOnlySpan<byte> datagram)
    {
        if (StunUsername.TryReadReceiver(datagram, out var fragment))
        {
            return fragment.SequenceEqual(_state.LocalFragment);
        }

        return _state.Checklist.Find(path) is not null
            && StunMessage.TryParse(datagram, out var message) && message.VerifyIntegrity(_state.RemoteKey);
    }

    /// <summary>Takes a datagram whose first byte says STUN (RFC 7983, section 7).</summary>
    public void HandleDatagram(Instant now, NetworkPath path, ReadOnlySpan<byte> datagram)
    {
        if (State == IceState.Failed || !StunMessage.TryParse(datagram, out var message)
            || message.Header.Method != StunMethod.Binding)
        {
            _state.Drop();
            return;
        }

        switch (message.Header.Class)
        {
            case StunClass.Request:
                _requests.Handle(now, path, message);
                break;
            case StunClass.SuccessResponse or StunClass.ErrorResponse:
                _checks.HandleResponse(now, path, message);
                break;
            default:
                // RFC 8445, 11: an indication is a keepalive; it needs no answer.
                break;
        }
    }

    /// <summary>Call it at <see cref="NextTimeout"/>; earlier or later does no harm.</summary>
    public void HandleTimeout(Instant now)
    {
        if (State != IceState.Failed) _lifetime.HandleTimeout(now);
    }

    /// <summary>
    /// Writes the next message to send into <paramref name="destination"/>; false when there is none.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="destination">At least 600 bytes.</param>
    /// <param name="length">Bytes written.</param>
    /// <param name="path">Where to send them.</param>
    public bool TryTransmit(Instant now, Span<byte> destination, out int length, out NetworkPath path)
    {
        if (_requests.TryTransmit(destination, out length, out path)) return true;
        return State != IceState.Failed && _checks.TryTransmit(now, destination, out length, out path);
    }

    /// <summary>Takes the next event; false when there is none.</summary>
    public bool TryTake(out IceEvent? taken) => _state.Events.TryDequeue(out taken);

    /// <summary>
    /// Whether data from this path is the peer's: a check of ours was answered there, or an authentic check
    /// came from there (the peer may finish first and send at once).
    /// </summary>
    public bool IsValidated(NetworkPath path)
    {
        if (_state.Selected?.Path == path) return true;
        var pair = _state.Checklist.Find(path);
        if (pair is null) return _requests.IsKept(path);
        return pair is { State: PairState.Succeeded } or { HasReceivedRequest: true };
    }

    private static IcePathKind KindOf(CandidatePair pair)
    {
        // A relay that only its checks have revealed tells what it is by its priority (RFC 8445, 5.1.2.2: 0).
        if (pair.Local.Type == IceCandidateType.Relayed || pair.Remote.Type == IceCandidateType.Relayed
            || pair.Remote.Priority >> 24 == 0)
        {
            return IcePathKind.Relay;
        }

        return pair.Remote.Address.IsPrivate ? IcePathKind.Local : IcePathKind.Direct;
    }
}
