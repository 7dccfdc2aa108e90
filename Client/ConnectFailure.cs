namespace QuicPair.Client;

/// <summary>Why a phone has no connection, or lost it.</summary>
public enum ConnectFailure
{
    /// <summary>No answer from the front door.</summary>
    FrontDoorUnreachable,

    /// <summary>The front door answered something that is not QP/1.</summary>
    FrontDoorBroken,

    /// <summary>The front door has never seen that Mac.</summary>
    MacUnknown,

    /// <summary>The Mac is away.</summary>
    MacAway,

    /// <summary>The Mac or the front door has too much to do.</summary>
    Busy,

    /// <summary>No common version.</summary>
    Version,

    /// <summary>The Mac does not know this device, or the invitation is used or expired.</summary>
    Refused,

    /// <summary>The answer was not made by the Mac that the link names.</summary>
    Forged,

    /// <summary>The certificate at the other end of the path is not the one that the Mac's answer names.</summary>
    FingerprintMismatch,

    /// <summary>No pair of candidates was answered: no path between phone and Mac.</summary>
    NoPath,

    /// <summary>No path, and no STUN or TURN server answered by UDP: this network blocks it.</summary>
    UdpBlocked,

    /// <summary>No path, and the name of the server that may help to one cannot be resolved.</summary>
    NameUnresolved,

    /// <summary>No path, and the TURN server refused to relay for us.</summary>
    RelayRefused,

    /// <summary>No path, and the TURN server cannot be reached.</summary>
    RelayUnreachable,

    /// <summary>The encrypted handshake failed.</summary>
    Handshake,

    /// <summary>The pairing was not completed.</summary>
    Pairing,

    /// <summary>The owner removed this device.</summary>
    Revoked,

    /// <summary>The connection was lost.</summary>
    Interrupted,

    /// <summary>
    /// Another program of this device has connected to the Mac, which keeps one session of a device, the newest.
    /// </summary>
    Elsewhere,

    /// <summary>The other end broke the protocol.</summary>
    Protocol,
}
