namespace QuicPair.Rtc.Dtls;

/// <summary>The function of RFC 7748 that the base class library lacks.</summary>
public interface IX25519
{
    /// <summary>Writes the public key of 32 random bytes.</summary>
    void DerivePublicKey(ReadOnlySpan<byte> privateKey, Span<byte> publicKey);

    /// <summary>
    /// Writes the shared secret, 32 bytes; false when it is all zeros, which the other end can force (RFC 8422,
    /// section 5.11).
    /// </summary>
    bool TryAgree(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> peerPublicKey, Span<byte> secret);
}
