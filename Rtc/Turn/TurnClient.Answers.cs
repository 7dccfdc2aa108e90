using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Stun;

namespace QuicPair.Rtc.Turn;

/// <summary>The server's answers. One that answers no open request, or is not authentic, is dropped.</summary>
public sealed partial class TurnClient
{
    private void HandleAnswer(Instant now, ReadOnlySpan<byte> datagram)
    {
        if (!StunMessage.TryParse(datagram, out var message)
            || message.Header.Class is not (StunClass.SuccessResponse or StunClass.ErrorResponse)
            || Find(message.Header) is not { } request || !IsAuthentic(message))
        {
            Drop();
            return;
        }

        _requests.Remove(request);
        if (message.Header.Class == StunClass.SuccessResponse) Succeeded(now, request, message);
        else Refused(now, request, message);
    }

    private TurnRequest? Find(StunHeader header)
    {
        foreach (var request in _requests)
        {
            if (request.Sent > 0 && request.Id == header.TransactionId && request.Method == header.Method)
            {
                return request;
            }
        }

        return null;
    }

    // RFC 8489, 9.2.5: with credentials in the request, an answer without integrity counts only when it asks for other
    // credentials; the server cannot sign before it knows whom it talks to.
    private bool IsAuthentic(in StunMessage message)
    {
        if (message.HasIntegrity) return _key.IsKnown && message.VerifyIntegrity(_key.Key);
        if (message.Header.Class == StunClass.SuccessResponse) return false;
        return !_key.IsKnown || message.ErrorCode is StunErrorCode.Unauthenticated or StunErrorCode.StaleNonce;
    }

    private void Succeeded(Instant now, TurnRequest request, in StunMessage message)
    {
        switch (request.Method)
        {
            case StunMethod.Allocate:
                Allocated(now, message);
                break;
            case StunMethod.Refresh:
                Extend(now, message.Lifetime ?? TurnTimings.DefaultLifetime);
                break;
            default:
                var peer = request.Peer!;
                peer.IsAsking = false;
                peer.IsPermitted = true;
                peer.IsBound |= request.Method == StunMethod.ChannelBind;
                peer.RenewAt = now + TurnTimings.RenewPermission;
                break;
        }
    }

    private void Allocated(Instant now, in StunMessage message)
    {
        if (message.RelayedIPv4 is { IsUnusable: false } relayed4) RelayedIPv4 = relayed4;
        if (message.RelayedIPv6 is { IsUnusable: false } relayed6) RelayedIPv6 = relayed6;
        if (RelayedIPv4 is null && RelayedIPv6 is null)
        {
            Fail(TurnFailure.Refused);
            return;
        }

        State = TurnState.Allocated;
        Mapped = message.MappedAddress;
        _lookAt = now + TurnTimings.LookEvery;
        Extend(now, message.Lifetime ?? TurnTimings.DefaultLifetime);
    }

    private void Extend(Instant now, TimeSpan lifetime)
    {
        if (lifetime < TurnTimings.ShortestLifetime) lifetime = TurnTimings.ShortestLifetime;
        _expiresAt = now + lifetime;
        var margin = TurnTimings.RefreshMargin;
        _refreshAt = now + (lifetime > margin * 2 ? lifetime - margin : lifetime / 2);
    }

    private void Refused(Instant now, TurnRequest request, in StunMessage message)
    {
        var code = message.ErrorCode ?? StunErrorCode.BadRequest;
        if (code == StunErrorCode.StaleNonce || (code == StunErrorCode.Unauthenticated && !_key.IsKnown))
        {
            MeetChallenge(now, request, message);
        }
        else if (request.Method == StunMethod.Allocate)
        {
            AllocationRefused(now, code, message);
        }
        else if (request.Method == StunMethod.Refresh)
        {
            Fail(code == StunErrorCode.AllocationMismatch ? TurnFailure.Mismatch : TurnFailure.Unauthorized);
        }
        else
        {
            PeerRefused(now, request.Peer!, request.Method, code);
        }
    }

    private void MeetChallenge(Instant now, TurnRequest request, in StunMessage message)
    {
        Counters = Counters with { Challenges = Counters.Challenges + 1 };

        // A nonce that another request has learned already is good for this one as well.
        _key.Take(message);
        if (_key.IsKnown && request.TryMeetChallenge(now)) _requests.Add(request);
        else if (request.Method is StunMethod.Allocate or StunMethod.Refresh) Fail(TurnFailure.Unauthorized);
        else request.Peer!.IsAsking = false;
    }

    private void AllocationRefused(Instant now, StunErrorCode code, in StunMessage message)
    {
        if (code == StunErrorCode.AddressFamilyNotSupported && _families.Count > 1)
        {
            _families.Dequeue();
            Ask(new TurnRequest(StunMethod.Allocate));
            return;
        }

        if (code == StunErrorCode.TryAlternate && message.AlternateServer is { IsUnusable: false } alternate)
        {
            AlternateServer = alternate;
        }

        Fail(code switch
        {
            StunErrorCode.TryAlternate when AlternateServer is not null => TurnFailure.TryAlternate,
            StunErrorCode.Unauthenticated or StunErrorCode.WrongCredentials => TurnFailure.Unauthorized,
            StunErrorCode.Forbidden => TurnFailure.Forbidden,
            StunErrorCode.AllocationMismatch => TurnFailure.Mismatch,
            StunErrorCode.AllocationQuotaReached or StunErrorCode.InsufficientCapacity => TurnFailure.NoCapacity,
            _ => TurnFailure.Refused,
        });
    }

    private void PeerRefused(Instant now, RelayedPeer peer, StunMethod method, StunErrorCode code)
    {
        peer.IsAsking = false;
        if (code == StunErrorCode.AllocationMismatch)
        {
            Fail(TurnFailure.Mismatch);
        }
        else if (method == StunMethod.ChannelBind && code != StunErrorCode.Forbidden)
        {
            // Without a channel the indications still go, if there is the permission that it would have brought.
            (peer.IsBound, peer.NoChannelUntil) = (false, now + TurnTimings.ForbiddenFor);
            AskFor(now, peer);
        }
        else
        {
            peer.ForbiddenUntil = now + TurnTimings.ForbiddenFor;
            (peer.IsPermitted, peer.IsBound) = (false, false);
        }
    }
}
