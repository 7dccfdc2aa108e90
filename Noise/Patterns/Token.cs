namespace QuicPair.Noise.Patterns;

/// <summary>The tokens of handshake patterns (Noise specification sections 7.1 and 9.2).</summary>
internal enum Token
{
    /// <summary>The sender's ephemeral public key.</summary>
    E,

    /// <summary>The sender's static public key.</summary>
    S,

    /// <summary>DH of both ephemeral keys.</summary>
    Ee,

    /// <summary>DH of the initiator's ephemeral and the responder's static key.</summary>
    Es,

    /// <summary>DH of the initiator's static and the responder's ephemeral key.</summary>
    Se,

    /// <summary>DH of both static keys.</summary>
    Ss,

    /// <summary>A pre-shared key.</summary>
    Psk,
}
