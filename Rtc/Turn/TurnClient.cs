using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Stun;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Turn;

/// <summary>
/// One allocation at one TURN server (RFC 8656): asked for, kept alive, given back. It has no socket: its driver sends
/// what <see cref="TryTransmit"/> writes before what <see cref="Wrap"/> wrote, so that a permission is there when the
/// first packet needs it. After each call that changes something, drain <see cref="TryTransmit"/> and read
/// <see cref="NextTimeout"/>.
/// </summary>
public sealed partial class TurnClient
{
    private readonly LongTermKey _key;
    private readonly IEntropy _entropy;
    private readonly bool _isStream;
    private readonly List<TurnRequest> _requests = [];
    private readonly RelayedPeers _peers = new();

    // What is asked for, and what after a refusal.
    private readonly Queue<RequestedFamilies> _families;
    private Instant? _refreshAt;
    private Instant? _expiresAt;
    private Instant? _lookAt;

    /// <param name="credentials">Who we are to the server.</param>
    /// <param name="isStream">Whether the server is reached over TCP or TLS: no repeats, and padding.</param>
    /// <param name="entropy">For transaction ids.</param>
    /// <param name="wantsIPv6">
    /// Whether an IPv6 address is asked for besides the IPv4 one, and alone where there is no other.
    /// </param>
    public TurnClient(TurnCredentials credentials, bool isStream, IEntropy entropy, bool wantsIPv6 = true)
    {
        ArgumentNullException.ThrowIfNull(credentials);
        _key = new LongTermKey(credentials);
        (_isStream, _entropy) = (isStream, entropy);
        RequestedFamilies[] families = wantsIPv6
            ? [RequestedFamilies.Both, RequestedFamilies.IPv4Alone, RequestedFamilies.IPv6Alone]
            : [RequestedFamilies.IPv4Alone];
        _families = new Queue<RequestedFamilies>(families);
    }

    /// <summary>How far the allocation is.</summary>
    public TurnState State { get; private set; }

    /// <summary>Why it failed, if it did.</summary>
    public TurnFailure? Failure { get; private set; }

    /// <summary>The server to try instead, with <see cref="TurnFailure.TryAlternate"/>.</summary>
    public TransportAddress? AlternateServer { get; private set; }

    /// <summary>The relayed IPv4 address; null when there is none.</summary>
    public TransportAddress? RelayedIPv4 { get; private set; }

    /// <summary>The relayed IPv6 address; null when there is none.</summary>
    public TransportAddress? RelayedIPv6 { get; private set; }

    /// <summary>Our address as the server sees it.</summary>
    public TransportAddress? Mapped { get; private set; }

    /// <summary>What the client has seen.</summary>
    public TurnCounters Counters { get; private set; }

    /// <summary>When to call <see cref="HandleTimeout"/> and <see cref="TryTransmit"/>; null for never.</summary>
    public Instant? NextTimeout
    {
        get
        {
            var next = State == TurnState.Allocated ? Instant.Earliest(_refreshAt, _expiresAt, _lookAt) : null;
            foreach (var request in _requests) next = Instant.Earliest(next, request.Due);
            return next;
        }
    }

    /// <summary>Asks for the allocation; over a stream once it is connected.</summary>
    public void Start(Instant now)
    {
        if (State != TurnState.New) return;
        State = TurnState.Allocating;
        Ask(new TurnRequest(StunMethod.Allocate));
    }

    /// <summary>Gives the allocation back by a Refresh with lifetime 0 (RFC 8656, section 8), not waited for.</summary>
    public void Close(Instant now)
    {
        var wasAllocated = State == TurnState.Allocated;
        _requests.Clear();
        if (State != TurnState.Failed) State = TurnState.Closed;
        if (wasAllocated) Ask(new TurnRequest(StunMethod.Refresh) { IsFarewell = true });
    }

    /// <summary>Does what is due: to be called at <see cref="NextTimeout"/>.</summary>
    public void HandleTimeout(Instant now)
    {
        for (var index = _requests.Count - 1; index >= 0; index--)
        {
            var request = _requests[index];
            if (request.Due > now || !request.IsSpent(_isStream)) continue;
            _requests.RemoveAt(index);
            GiveUp(now, request);
        }

        if (State != TurnState.Allocated) return;
        if (_expiresAt <= now)
        {
            Fail(TurnFailure.Unanswered);
            return;
        }

        if (_refreshAt <= now)
        {
            _refreshAt = null;
            Ask(new TurnRequest(StunMethod.Refresh));
        }

        if (_lookAt <= now) RenewPeers(now);
    }

    /// <summary>Writes the next request that is due; false when there is none.</summary>
    /// <param name="now">The time.</param>
    /// <param name="destination">At least 1,280 bytes.</param>
    /// <param name="length">Bytes written.</param>
    public bool TryTransmit(Instant now, Span<byte> destination, out int length)
    {
        length = 0;
        foreach (var request in _requests)
        {
            if (request.Due > now || request.IsSpent(_isStream)) continue;
            var id = request.Sent == 0 ? TransactionId.Create(_entropy) : request.Id;
            length = Write(destination, id, request);
            request.NoteSent(now, id, _isStream);
            Counters = Counters with { RequestsSent = Counters.RequestsSent + 1 };

            // Nobody waits for the answer to a farewell.
            if (request.IsFarewell) _requests.Remove(request);
            return length > 0;
        }

        return false;
    }

    /// <summary>The address that a peer of this family sees when it is sent to; null when there is none.</summary>
    public TransportAddress? RelayedFor(TransportAddress peer) => peer.IsIPv4 ? RelayedIPv4 : RelayedIPv6;

    private void Ask(TurnRequest request)
    {
        if (request.Peer is { } peer)
        {
            // Only requests for peers can be many; the allocation itself never waits behind them.
            if (_requests.Count >= TurnTimings.MaximumOutstanding) return;
            peer.IsAsking = true;
        }

        _requests.Add(request);
    }

    private int Write(Span<byte> destination, TransactionId id, TurnRequest request)
    {
        var writer = new StunMessageWriter(destination, new(StunClass.Request, request.Method, id));
        switch (request.Method)
        {
            case StunMethod.Allocate:
                writer.AddRequestedTransport();
                var families = _families.Peek();
                if (families == RequestedFamilies.Both) writer.AddAdditionalIPv6();
                else if (families == RequestedFamilies.IPv6Alone) writer.AddRequestedIPv6();
                break;
            case StunMethod.Refresh:
                writer.AddLifetime(request.IsFarewell ? TimeSpan.Zero : TurnTimings.DefaultLifetime);
                break;
            case StunMethod.ChannelBind:
                writer.AddChannelNumber(request.Peer!.Channel);
                writer.AddPeerAddress(request.Peer.Address);
                break;
            default:
                writer.AddPeerAddress(request.Peer!.Address);
                break;
        }

        _key.Write(ref writer);
        return writer.Complete(_key.Key);
    }

    private void GiveUp(Instant now, TurnRequest request)
    {
        switch (request.Method)
        {
            case StunMethod.Allocate:
                Fail(TurnFailure.Unanswered);
                break;
            case StunMethod.Refresh:
                // Until the allocation ends there may be an answer yet.
                _refreshAt = now + TurnTimings.LookEvery;
                break;
            default:
                request.Peer!.IsAsking = false;
                break;
        }
    }

    private void Fail(TurnFailure reason)
    {
        if (State is TurnState.Failed or TurnState.Closed) return;
        (State, Failure) = (TurnState.Failed, reason);
        (RelayedIPv4, RelayedIPv6) = (null, null);
        _requests.Clear();
    }

    private void Drop() => Counters = Counters with { Dropped = Counters.Dropped + 1 };
}
