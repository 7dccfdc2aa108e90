namespace QuicPair.Protocol;

/// <summary>Why a session ends, in a close frame (QP/1 section 6).</summary>
public enum CloseCode : byte
{
    /// <summary>Nothing more to say.</summary>
    Normal = 1,

    /// <summary>The session is old (12 h or 2^32 frames); connect again.</summary>
    Renew = 2,

    /// <summary>The other end broke the protocol.</summary>
    Protocol = 3,

    /// <summary>A message was larger than allowed.</summary>
    TooLarge = 4,

    /// <summary>Not admitted.</summary>
    Refused = 5,

    /// <summary>The owner removed this device.</summary>
    Revoked = 6,

    /// <summary>The Mac's program ends.</summary>
    Shutdown = 7,

    /// <summary>No progress for too long.</summary>
    Idle = 8,
}
