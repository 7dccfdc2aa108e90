namespace QuicPair.Protocol.Frames;

/// <summary>What one received channel message means for the session.</summary>
public enum ChannelInputKind
{
    /// <summary>Nothing to do: a part, a ping (its pong is queued), a cover frame.</summary>
    Nothing,

    /// <summary>A JSON message is complete.</summary>
    Message,

    /// <summary>The echo of a ping.</summary>
    Pong,

    /// <summary>The other end closes; send nothing more.</summary>
    Closed,

    /// <summary>
    /// A message outgrew its limit; nothing more is accepted. Send the error, then close with
    /// <see cref="CloseCode.TooLarge"/>.
    /// </summary>
    TooLarge,

    /// <summary>The session is broken: erase keys, close the channel, send nothing more.</summary>
    Fatal,
}
