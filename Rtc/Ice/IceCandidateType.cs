namespace QuicPair.Rtc.Ice;

/// <summary>Where a candidate's address comes from (RFC 8445, section 4).</summary>
public enum IceCandidateType
{
    /// <summary>An address of the host itself.</summary>
    Host,

    /// <summary>An address that a connectivity check revealed.</summary>
    PeerReflexive,

    /// <summary>The host's address as a STUN server sees it.</summary>
    ServerReflexive,

    /// <summary>An address of a TURN server.</summary>
    Relayed,
}
