namespace QuicPair.Rtc.Sctp.Association;

/// <summary>Why an association ended.</summary>
public enum AssociationEnd
{
    /// <summary>Both sides have shut it down in order.</summary>
    Shutdown,

    /// <summary>We have aborted it.</summary>
    Aborted,

    /// <summary>The peer has aborted it.</summary>
    PeerAborted,

    /// <summary>The peer broke the protocol, so we have aborted it.</summary>
    ProtocolViolation,

    /// <summary>The peer did not answer the attempt to end it.</summary>
    Unanswered,
}
