using NSec.Cryptography;
using QuicPair.Noise.Primitives;

namespace QuicPair.Noise;

/// <summary>An X25519 key pair whose private half stays in guarded memory until it is disposed.</summary>
public sealed class KeyPair : IDisposable
{
    /// <summary>Bytes of a private and of a public key.</summary>
    public const int KeyLength = Primitives.X25519.KeyLength;

    private readonly Key _private;
    private readonly byte[] _public;

    private KeyPair(Key key)
    {
        _private = key;
        _public = key.PublicKey.Export(KeyBlobFormat.RawPublicKey);
    }

    /// <summary>The public key, 32 bytes.</summary>
    public ReadOnlySpan<byte> PublicKey => _public;

    /// <summary>The pair of a private key of 32 bytes, which is copied.</summary>
    public static KeyPair FromPrivateKey(ReadOnlySpan<byte> privateKey) =>
        new(Primitives.X25519.Import(privateKey));

    /// <summary>A key pair whose 32 random bytes come from <paramref name="source"/>.</summary>
    public static KeyPair Generate(IEphemeralSource source)
    {
        Span<byte> privateKey = stackalloc byte[KeyLength];
        source.Fill(privateKey);
        var pair = FromPrivateKey(privateKey);
        Secret.Erase(privateKey);
        return pair;
    }

    /// <summary>Erases the private key.</summary>
    public void Dispose() => _private.Dispose();

    /// <summary>The public key only.</summary>
    public override string ToString() => $"KeyPair {{ {Convert.ToHexStringLower(_public)} }}";

    internal bool TryAgree(ReadOnlySpan<byte> publicKey, Span<byte> shared) =>
        Primitives.X25519.TryAgree(_private, publicKey, shared);
}
