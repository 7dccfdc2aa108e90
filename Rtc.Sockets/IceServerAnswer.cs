namespace QuicPair.Rtc.Sockets;

/// <summary>What a STUN or TURN server has said so far.</summary>
public enum IceServerAnswer
{
    /// <summary>It was asked and may still answer.</summary>
    Waiting,

    /// <summary>It told our address, or relays for us.</summary>
    Answered,

    /// <summary>It does not answer.</summary>
    Silent,

    /// <summary>Its name cannot be resolved.</summary>
    Unresolved,

    /// <summary>This machine has no address to reach it from: it has IPv4 or IPv6 only, and we the other one.</summary>
    Unreachable,

    /// <summary>It answers and does not want to relay for us: credentials, permission or capacity.</summary>
    Refused,
}
