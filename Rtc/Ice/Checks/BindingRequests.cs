using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Stun;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Ice.Checks;

/// <summary>The checks that the peer sends, and our responses to them (RFC 8445, section 7.3).</summary>
internal sealed class BindingRequests(AgentState state, CheckSchedule schedule)
{
    private readonly Queue<BindingResponse> _responses = new();
    private readonly List<EarlyRequest> _early = [];

    public void Handle(Instant now, NetworkPath path, in StunMessage message)
    {
        if (!IsAuthentic(message) || _responses.Count >= IceTimings.MaximumWaitingResponses)
        {
            state.Drop();
            return;
        }

        state.Counters = state.Counters with { RequestsReceived = state.Counters.RequestsReceived + 1 };
        var id = message.Header.TransactionId;
        if (message.UnknownRequired is { } unknown)
        {
            _responses.Enqueue(new(id, path, StunErrorCode.UnknownAttribute, unknown));
            return;
        }

        if (!TryResolveRoles(message))
        {
            _responses.Enqueue(new(id, path, StunErrorCode.RoleConflict, 0));
            return;
        }

        if (state.Remote is not null && IsForsaken(path))
        {
            state.Drop();
            return;
        }

        _responses.Enqueue(new(id, path, StunErrorCode.None, 0));
        var priority = message.Priority ?? IceCandidate.ComputePriority(IceCandidateType.PeerReflexive, 0);
        var request = new EarlyRequest(path, priority, message.UseCandidate);
        if (state.Remote is null) Keep(request);
        else Accept(now, request);
    }

    /// <summary>Takes up the checks that were answered before the peer's credentials were known.</summary>
    public void AcceptEarly(Instant now)
    {
        foreach (var request in _early)
        {
            Accept(now, request);
        }

        _early.Clear();
    }

    /// <summary>
    /// Whether an authentic check came on this path before the peer's credentials were known. The peer holds
    /// our password, so what it sends right behind the check is kept as well.
    /// </summary>
    public bool IsKept(NetworkPath path)
    {
        foreach (var request in _early)
        {
            if (request.Path == path) return true;
        }

        return false;
    }

    /// <summary>Writes the next response; false when there is none.</summary>
    public bool TryTransmit(Span<byte> destination, out int length, out NetworkPath path)
    {
        (length, path) = (0, default);
        if (!_responses.TryDequeue(out var response)) return false;
        path = response.Path;
        var isSuccess = response.Error == StunErrorCode.None;
        var messageClass = isSuccess ? StunClass.SuccessResponse : StunClass.ErrorResponse;
        var writer = new StunMessageWriter(destination, new(messageClass, StunMethod.Binding, response.Id));
        if (isSuccess) writer.AddMappedAddress(path.Remote);
        else writer.AddErrorCode(response.Error, ReasonOf(response.Error));
        if (response.UnknownAttribute != 0) writer.AddUnknownAttribute(response.UnknownAttribute);
        length = writer.Complete(state.LocalKey);
        return length > 0;
    }

    private static ReadOnlySpan<byte> ReasonOf(StunErrorCode code) =>
        code == StunErrorCode.RoleConflict ? "Role Conflict"u8 : "Unknown Attribute"u8;

    // The peer's ufrag is compared as soon as it is known; the password of ours proves that the peer has
    // our description.
    private bool IsAuthentic(in StunMessage message)
    {
        if (!message.HasFingerprint) return false;
        var isForUs = state.Remote is not null
            ? message.Username.SequenceEqual(state.IncomingUsername)
            : message.Username.Length > state.LocalFragment.Length
                && message.Username[state.LocalFragment.Length] == (byte)':'
                && message.Username.StartsWith(state.LocalFragment);
        return isForUs && message.VerifyIntegrity(state.LocalKey);
    }

    /// <summary>RFC 8445, 7.3.1.1: the larger tie-breaker becomes (or stays) controlling.</summary>
    private bool TryResolveRoles(in StunMessage message)
    {
        var theirs = state.Role == IceRole.Controlling ? message.Controlling : message.Controlled;
        if (theirs is not { } tieBreaker) return true;
        state.Counters = state.Counters with { RoleConflicts = state.Counters.RoleConflicts + 1 };
        var weControl = state.TieBreaker >= tieBreaker;
        if (weControl == (state.Role == IceRole.Controlling)) return false;
        state.SwitchRole();
        schedule.Invalidate();
        return true;
    }

    // The peer learns by our silence that this end of the path is gone, as soon as there is another path, or when
    // nothing could come of it because we do not know the end any more.
    private bool IsForsaken(NetworkPath path) => !state.Checklist.IsEnd(path)
        && (state.Selected is { IsForsaken: false } || !state.Checklist.WasEnd(path));

    private void Keep(EarlyRequest request)
    {
        var index = _early.FindIndex(known => known.Path == request.Path);
        if (index >= 0) _early[index] = request;
        else if (_early.Count < IceTimings.MaximumRemoteCandidates) _early.Add(request);
    }

    private void Accept(Instant now, EarlyRequest request)
    {
        if (state.Checklist.FindOrAdd(request.Path, request.Priority) is not { } pair)
        {
            state.Drop();
            return;
        }

        // A check on another path than the selected one may mean that the peer has moved.
        if (pair.State != PairState.Succeeded && pair != state.Selected) schedule.Probe(now);
        pair.HasReceivedRequest = true;
        var isNews = request.UseCandidate && !pair.IsNominated && state.Role == IceRole.Controlled;
        if (isNews) pair.IsNominated = true;

        // RFC 8445, 7.3.1.4: a pair that is valid needs no check; any other is checked at once, even if it
        // had failed.
        if (pair.State != PairState.Succeeded) schedule.Trigger(now, pair);
        else if (isNews) PairSelection.Update(state);
    }
}
