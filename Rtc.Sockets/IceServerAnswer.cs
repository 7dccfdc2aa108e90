namespace QuicPair.Rtc.Sockets;

/// <summary>What a STUN or TURN server has said so far.</summary>
public enum IceServerAnswer
{
    /// <summary>It was asked and may still answer.</summary>
    Waiting,

    /// <summary>It told our address, or relays for us.</summary>
    Answered,

    /// <summary>It does not answer, or its name cannot be resolved.</summary>
    Silent,

    /// <summary>It answers and does not want to relay for us: credentials, permission or capacity.</summary>
    Refused,
}
