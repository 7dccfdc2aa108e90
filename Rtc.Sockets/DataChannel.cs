using QuicPair.Rtc.Channels;
using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Session;
using QuicPair.Rtc.Sockets.Loop;

namespace QuicPair.Rtc.Sockets;

/// <summary>An open data channel. All members may be used from any thread.</summary>
public sealed class DataChannel
{
    private readonly PeerConnection _peer;
    private readonly ChannelParameters _parameters;
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly KeptMessages _kept;
    private readonly DrainWaiters _waiters = new();
    private volatile Action<ReadOnlyMemory<byte>, bool>? _onMessage;

    internal DataChannel(PeerConnection peer, StreamId id, ChannelParameters parameters) =>
        (_peer, StreamId, _parameters, _kept) = (peer, id, parameters, new KeptMessages(peer.KeptBytes));

    /// <summary>The SCTP stream, the same at both ends.</summary>
    public ushort Id => StreamId.Value;

    /// <summary>The name that the opener gave.</summary>
    public string Label => _parameters.Label;

    /// <summary>The subprotocol that the opener named; empty if none.</summary>
    public string Protocol => _parameters.Protocol;

    /// <summary>Whether messages arrive in the order in which they were sent.</summary>
    public bool Ordered => _parameters.Ordered;

    /// <summary>Whether every message arrives, unless the connection ends.</summary>
    public bool Reliable => _parameters is { LifetimeMax: null, RetransmissionsMax: null };

    /// <summary>Bytes of messages that were not sent yet.</summary>
    public long BufferedAmount => _peer.BufferedAmount(this);

    /// <summary>
    /// Ends when the channel is closed at both ends or the connection is gone; also when, after <see cref="Close"/>,
    /// the peer has taken nothing more for ten seconds and has not closed its end.
    /// </summary>
    public Task Closed => _closed.Task;

    /// <summary>
    /// What to do with a message (its bytes are valid during the call only) and whether it is text. Called one message
    /// at a time, in order, on the host's loop: it must not block, and what it throws ends the
    /// connection (<see cref="PeerFailure.HandlerFailed"/>). Messages that come before it is set are kept for it.
    /// </summary>
    public Action<ReadOnlyMemory<byte>, bool>? OnMessage
    {
        get => _onMessage;
        set
        {
            _onMessage = value;
            _peer.DeliverKeptSoon(this);
        }
    }

    internal StreamId StreamId { get; }

    /// <summary>For <see cref="ClosingChannels"/>.</summary>
    internal bool IsClosing { get; set; }

    /// <summary>
    /// Sends one message, or returns false when the channel is closed, the message is larger than the peer takes, or
    /// more would wait than <see cref="PeerOptions.SendBufferLimit"/> allows.
    /// </summary>
    public bool TrySend(ReadOnlySpan<byte> message, bool text = false) => _peer.TrySend(this, message, text);

    /// <summary>
    /// Ends when <see cref="BufferedAmount"/> is at most <paramref name="bytes"/>, or the channel is closed.
    /// </summary>
    public Task BufferedAmountBelow(long bytes, CancellationToken cancellationToken) =>
        _peer.WaitForDrain(this, bytes).WaitAsync(cancellationToken);

    /// <summary>
    /// Closes the channel once everything sent on it has arrived; <see cref="Closed"/> tells when.
    /// </summary>
    public void Close() => _peer.CloseChannel(this);

    /// <summary>Hands over one message; called by the one thread that delivers. False when too much is kept.</summary>
    internal bool TryDeliver(ReadOnlyMemory<byte> message, bool text)
    {
        DeliverKept();
        if (_onMessage is not { } handler) return IsClosing || _kept.TryAdd(message, text);
        handler(message, text);
        return true;
    }

    /// <summary>Hands over what came before there was a handler; called by the one thread that delivers.</summary>
    internal void DeliverKept()
    {
        if (_onMessage is not { } handler) return;
        while (_kept.TryTake(out var message, out var text)) handler(message, text);
    }

    internal Task AddWaiter(long bytes) => _waiters.Add(bytes);

    internal void CheckWaiters(RtcSession session)
    {
        if (_waiters.Any) _waiters.Release(session.BufferedAmount(StreamId));
    }

    internal void OnClosed()
    {
        _waiters.Release(0);
        _closed.TrySetResult();
    }
}
