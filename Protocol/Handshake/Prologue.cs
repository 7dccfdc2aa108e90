using System.Security.Cryptography;

namespace QuicPair.Protocol.Handshake;

/// <summary>
/// What both ends mix into the handshake before the first message (QP/1 section 4), 114 + count bytes, so
/// that nobody between them can have changed it.
/// <code>
/// "quicpair/1\0" | mode | 0x12 0x20 | SHA-256(phone's certificate) | 0x12 0x20 | SHA-256(Mac's certificate)
/// | offer nonce 16 | answer nonce 16 | count u8 | versions | chosen u8
/// </code>
/// </summary>
public static class Prologue
{
    private const int FixedLength = 114;

    /// <summary>The prologue's bytes; certificates in DER as DTLS really showed them.</summary>
    public static byte[] Write(
        PairingMode mode,
        ReadOnlySpan<byte> phoneCertificate,
        ReadOnlySpan<byte> macCertificate,
        ReadOnlySpan<byte> offerNonce,
        ReadOnlySpan<byte> answerNonce,
        ReadOnlySpan<byte> versions,
        byte chosen)
    {
        var prologue = new byte[FixedLength + versions.Length];
        var rest = prologue.AsSpan();
        Append(ref rest, "quicpair/1\0"u8);
        Append(ref rest, [(byte)mode]);
        AppendCertificate(ref rest, phoneCertificate);
        AppendCertificate(ref rest, macCertificate);
        Append(ref rest, offerNonce);
        Append(ref rest, answerNonce);
        Append(ref rest, [checked((byte)versions.Length)]);
        Append(ref rest, versions);
        Append(ref rest, [chosen]);
        return rest.IsEmpty
            ? prologue
            : throw new ArgumentException("A nonce is not 16 bytes.", nameof(offerNonce));
    }

    // Multihash: sha2-256 (0x12), 32 bytes (0x20).
    private static void AppendCertificate(ref Span<byte> rest, ReadOnlySpan<byte> certificate)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(certificate, hash);
        Append(ref rest, [0x12, 0x20]);
        Append(ref rest, hash);
    }

    private static void Append(ref Span<byte> rest, scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(rest);
        rest = rest[bytes.Length..];
    }
}
