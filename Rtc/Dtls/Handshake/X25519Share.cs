using System.Security.Cryptography;
using QuicPair.Rtc.Dtls.Messages;
using QuicPair.Rtc.Machine;

namespace QuicPair.Rtc.Dtls.Handshake;

/// <summary>A key for X25519 (RFC 8422, section 5.11).</summary>
internal sealed class X25519Share : KeyShare
{
    private const int KeyLength = 32;

    private readonly IX25519 _x25519;
    private readonly byte[] _private = new byte[KeyLength];
    private readonly byte[] _public = new byte[KeyLength];

    public X25519Share(IX25519 x25519, IEntropy entropy)
    {
        _x25519 = x25519;
        entropy.Fill(_private);
        x25519.DerivePublicKey(_private, _public);
    }

    public override NamedGroup Group => NamedGroup.X25519;

    public override ReadOnlySpan<byte> PublicKey => _public;

    public override bool TryAgree(ReadOnlySpan<byte> peerPublicKey, Span<byte> secret) =>
        peerPublicKey.Length == KeyLength && _x25519.TryAgree(_private, peerPublicKey, secret);

    public override void Dispose() => CryptographicOperations.ZeroMemory(_private);
}
