namespace QuicPair.Rtc.Sockets;

/// <summary>What kind of way the packets of a connection take.</summary>
public enum PathKind
{
    /// <summary>No pair of candidates is selected yet.</summary>
    None,

    /// <summary>Both ends have private addresses: the packets stay in one network or one machine.</summary>
    Local,

    /// <summary>From one end to the other across the internet.</summary>
    Direct,

    /// <summary>Through a TURN relay.</summary>
    Relay,
}
