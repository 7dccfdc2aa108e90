using QuicPair.Rtc.Dtls.Messages;
using QuicPair.Rtc.Machine;

namespace QuicPair.Rtc.Dtls.Handshake;

/// <summary>
/// An ephemeral key of one handshake: made for it and gone with it, so what is recorded today cannot be read
/// with keys that are stolen later.
/// </summary>
internal abstract class KeyShare : IDisposable
{
    /// <summary>Bytes of the secret in either group.</summary>
    public const int SecretLength = 32;

    public abstract NamedGroup Group { get; }

    public abstract ReadOnlySpan<byte> PublicKey { get; }

    /// <summary>
    /// Agrees with <paramref name="peerPublicKey"/>; false when that is no key or yields nothing secret.
    /// </summary>
    public abstract bool TryAgree(ReadOnlySpan<byte> peerPublicKey, Span<byte> secret);

    public abstract void Dispose();

    /// <summary>Makes a key; null when the group is not one of ours.</summary>
    public static KeyShare? Create(NamedGroup group, IX25519? x25519, IEntropy entropy) => group switch
    {
        NamedGroup.X25519 when x25519 is not null => new X25519Share(x25519, entropy),
        NamedGroup.Secp256r1 => new Secp256r1Share(),
        _ => null,
    };
}
