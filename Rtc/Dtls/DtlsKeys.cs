namespace QuicPair.Rtc.Dtls;

/// <summary>
/// The keys of epoch 1 for AES-GCM (RFC 5246, section 6.3; RFC 5288, section 3), until a <see cref="RecordLayer"/>
/// takes them over.
/// </summary>
internal sealed class DtlsKeys
{
    /// <summary>Bytes of each salt, the implicit part of the nonce.</summary>
    public const int SaltLength = 4;

    /// <summary>The key that this end seals with: 16 or 32 bytes.</summary>
    public required byte[] WriteKey { get; init; }

    /// <summary>The salt that this end seals with.</summary>
    public required byte[] WriteSalt { get; init; }

    /// <summary>The key that the peer seals with.</summary>
    public required byte[] ReadKey { get; init; }

    /// <summary>The salt that the peer seals with.</summary>
    public required byte[] ReadSalt { get; init; }
}
