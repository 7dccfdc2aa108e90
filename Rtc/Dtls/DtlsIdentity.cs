using System.Security.Cryptography;

namespace QuicPair.Rtc.Dtls;

/// <summary>Who this end is in a handshake, and what it computes with.</summary>
/// <param name="Certificate">A self-signed certificate for <paramref name="Key"/>, DER, at most 4 KiB.</param>
/// <param name="Key">An ECDSA key on P-256, which stays the caller's.</param>
/// <param name="X25519">X25519, or null to agree on P-256 only.</param>
public sealed record DtlsIdentity(ReadOnlyMemory<byte> Certificate, ECDsa Key, IX25519? X25519)
{
    /// <summary>Names nothing of the key.</summary>
    public override string ToString() => nameof(DtlsIdentity);
}
