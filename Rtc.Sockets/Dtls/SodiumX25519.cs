using NSec.Cryptography;
using QuicPair.Rtc.Dtls;

namespace QuicPair.Rtc.Sockets.Dtls;

/// <summary>X25519 by libsodium.</summary>
internal sealed class SodiumX25519 : IX25519
{
    private static readonly KeyAgreementAlgorithm Algorithm = KeyAgreementAlgorithm.X25519;

    private SodiumX25519()
    {
    }

    public static SodiumX25519 Shared { get; } = new();

    public void DerivePublicKey(ReadOnlySpan<byte> privateKey, Span<byte> publicKey)
    {
        using var key = Import(privateKey);
        key.PublicKey.Export(KeyBlobFormat.RawPublicKey).CopyTo(publicKey);
    }

    public bool TryAgree(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> peerPublicKey, Span<byte> secret)
    {
        if (!PublicKey.TryImport(Algorithm, peerPublicKey, KeyBlobFormat.RawPublicKey, out var peer)) return false;
        var exportable = new SharedSecretCreationParameters
        {
            ExportPolicy = KeyExportPolicies.AllowPlaintextExport,
        };
        using var key = Import(privateKey);
        using var agreed = Algorithm.Agree(key, peer!, exportable);
        return agreed is not null
            && agreed.TryExport(SharedSecretBlobFormat.RawSharedSecret, secret, out _)
            && secret.ContainsAnyExcept((byte)0);
    }

    private static Key Import(ReadOnlySpan<byte> privateKey) =>
        Key.Import(Algorithm, privateKey, KeyBlobFormat.RawPrivateKey);
}
