namespace QuicPair.Rtc.Ice;

/// <summary>What lies between the two ends, as far as their candidates tell.</summary>
public enum IcePathKind
{
    /// <summary>Both addresses belong to private ranges: one machine, one network, or a VPN.</summary>
    Local,

    /// <summary>Through the Internet without a relay.</summary>
    Direct,

    /// <summary>Through a TURN server.</summary>
    Relay,
}
