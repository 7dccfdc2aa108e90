namespace QuicPair.Rtc.Sctp.Association;

/// <summary>What happened to an association.</summary>
internal enum AssociationEventKind
{
    Established,
    Message,

    /// <summary>The peer has reset its side of a stream.</summary>
    PeerReset,

    /// <summary>The peer has reset its side of all streams.</summary>
    PeerResetAll,

    /// <summary>
    /// The peer has acknowledged the reset of our side of a stream, whose id may be used again.
    /// </summary>
    ResetDone,
    Ended,
}
