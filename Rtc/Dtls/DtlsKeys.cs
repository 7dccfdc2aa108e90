namespace QuicPair.Rtc.Dtls;

/// <summary>
/// Keys of TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 for epoch 1 (RFC 5288, section 3), and the first record
/// number that the handshake has not used: a nonce is salt and record number, so continuing below it would
/// repeat one.
/// </summary>
public sealed class DtlsKeys
{
    /// <summary>Bytes of each key.</summary>
    public const int KeyLength = 16;

    /// <summary>Bytes of each salt, the implicit part of the nonce.</summary>
    public const int SaltLength = 4;

    /// <summary>The key that this end seals with.</summary>
    public required byte[] WriteKey { get; init; }

    /// <summary>The salt that this end seals with.</summary>
    public required byte[] WriteSalt { get; init; }

    /// <summary>The key that the peer seals with.</summary>
    public required byte[] ReadKey { get; init; }

    /// <summary>The salt that the peer seals with.</summary>
    public required byte[] ReadSalt { get; init; }

    /// <summary>The lowest record number of epoch 1 that this end has not sent.</summary>
    public required ulong NextWriteSequence { get; init; }
}
