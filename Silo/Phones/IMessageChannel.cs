namespace QuicPair.Silo.Phones;

/// <summary>The data channel of one phone, as a session needs it.</summary>
internal interface IMessageChannel
{
    /// <summary>Bytes that wait to be sent.</summary>
    long BufferedAmount { get; }

    /// <summary>Ends when the channel is closed.</summary>
    Task Closed { get; }

    /// <summary>
    /// Called for each message, in order, with its bytes (valid during the call only) and whether it is text.
    /// </summary>
    Action<ReadOnlyMemory<byte>, bool>? OnMessage { set; }

    /// <summary>Sends a binary message; false when the channel is closed or full.</summary>
    bool TrySend(ReadOnlySpan<byte> message);

    /// <summary>Ends when at most this much waits, or the channel is closed.</summary>
    Task BufferedAmountBelow(long bytes, CancellationToken cancellation);

    /// <summary>Closes the channel once what was sent has arrived.</summary>
    void Close();
}
