namespace QuicPair.Rtc.Sctp;

/// <summary>What became of a message handed over for sending.</summary>
public enum SendOutcome
{
    /// <summary>It is queued or on its way.</summary>
    Accepted,

    /// <summary>It is longer than the peer accepts.</summary>
    TooLarge,

    /// <summary>The send buffer is full; try again when the buffered amount has gone down.</summary>
    BufferFull,

    /// <summary>The channel or the association is closing or closed.</summary>
    Closed,
}
