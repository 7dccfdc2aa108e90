namespace QuicPair.Protocol.Handshake;

/// <summary>
/// Which keys a connection uses; part of the prologue, never on the wire (QP/1 section 3.3).
/// </summary>
public enum PairingMode : byte
{
    /// <summary>Mode 1: keys of the invitation.</summary>
    Invited = 1,

    /// <summary>Mode 2: lasting keys of a stored pairing.</summary>
    Paired = 2,
}
