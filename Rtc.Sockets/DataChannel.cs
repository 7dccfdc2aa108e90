namespace QuicPair.Rtc.Sockets;

/// <summary>An open data channel. All members may be used from any thread.</summary>
public sealed class DataChannel
{
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal DataChannel(ushort id, string label, string protocol, bool ordered, bool reliable) =>
        (Id, Label, Protocol, Ordered, Reliable) = (id, label, protocol, ordered, reliable);

    /// <summary>The SCTP stream, the same at both ends.</summary>
    public ushort Id { get; }

    /// <summary>The name that the opener gave.</summary>
    public string Label { get; }

    /// <summary>The subprotocol that the opener named; empty if none.</summary>
    public string Protocol { get; }

    /// <summary>Whether messages arrive in the order in which they were sent.</summary>
    public bool Ordered { get; }

    /// <summary>Whether every message arrives, unless the connection ends.</summary>
    public bool Reliable { get; }

    /// <summary>Bytes of messages that wait to be sent or acknowledged.</summary>
    public long BufferedAmount { get; }

    /// <summary>Ends when the channel is closed at both ends or the connection is gone.</summary>
    public Task Closed => _closed.Task;

    /// <summary>
    /// What to do with a message (its bytes are valid during the call only) and whether it is text. Called
    /// one message at a time, in order, on the host's loop: it must not block. Messages that come before it
    /// is set are kept for it.
    /// </summary>
    public Action<ReadOnlyMemory<byte>, bool>? OnMessage { get; set; }

    /// <summary>
    /// Sends one message, or returns false when the channel is closed, the message is larger than the peer
    /// takes, or more would wait than <see cref="PeerOptions.SendBufferLimit"/> allows.
    /// </summary>
    public bool TrySend(ReadOnlySpan<byte> message, bool text = false) => throw new NotSupportedException();

    /// <summary>
    /// Ends when <see cref="BufferedAmount"/> is at most <paramref name="bytes"/>, or the channel is closed.
    /// </summary>
    public Task BufferedAmountBelow(long bytes, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    /// <summary>
    /// Closes the channel once everything sent on it has arrived; <see cref="Closed"/> tells when.
    /// </summary>
    public void Close() => throw new NotSupportedException();
}
