using NSec.Cryptography;

namespace QuicPair.Noise.Primitives;

/// <summary>The DH functions of "25519" (Noise specification section 12.1, RFC 7748).</summary>
internal static class X25519
{
    /// <summary>DHLEN, in bytes.</summary>
    public const int KeyLength = 32;

    private static readonly KeyAgreementAlgorithm Algorithm = KeyAgreementAlgorithm.X25519;

    /// <summary>The private key in guarded memory.</summary>
    public static Key Import(ReadOnlySpan<byte> privateKey) =>
        Key.Import(Algorithm, privateKey, KeyBlobFormat.RawPrivateKey);

    /// <summary>
    /// DH(key_pair, public_key); false when the result is all zeros. The specification leaves that choice
    /// open; here an output that the other end forced is never mixed in.
    /// </summary>
    public static bool TryAgree(Key key, ReadOnlySpan<byte> publicKey, Span<byte> shared)
    {
        if (!PublicKey.TryImport(Algorithm, publicKey, KeyBlobFormat.RawPublicKey, out var imported))
        {
            return false;
        }

        var exportable = new SharedSecretCreationParameters
        {
            ExportPolicy = KeyExportPolicies.AllowPlaintextExport,
        };
        using var secret = Algorithm.Agree(key, imported!, exportable);
        return secret is not null
            && secret.TryExport(SharedSecretBlobFormat.RawSharedSecret, shared, out _)
            && shared.ContainsAnyExcept((byte)0);
    }
}
