using System.Security.Cryptography;
using QuicPair.Rtc.Dtls.Messages;

namespace QuicPair.Rtc.Dtls.Handshake;

/// <summary>A key on P-256 (RFC 8422, section 5.4.1). The platform makes it, with its own randomness.</summary>
internal sealed class Secp256r1Share : KeyShare
{
    // The only point format there is: 4, x, y.
    private const byte Uncompressed = 4;
    private const int CoordinateLength = 32;
    private const int PointLength = 1 + (2 * CoordinateLength);

    private readonly ECDiffieHellman _key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
    private readonly byte[] _public;

    public Secp256r1Share()
    {
        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        _public = [Uncompressed, .. point.X!, .. point.Y!];
    }

    public override NamedGroup Group => NamedGroup.Secp256r1;

    public override ReadOnlySpan<byte> PublicKey => _public;

    public override bool TryAgree(ReadOnlySpan<byte> peerPublicKey, Span<byte> secret)
    {
        if (peerPublicKey.Length != PointLength || peerPublicKey[0] != Uncompressed) return false;
        try
        {
            // The platform refuses a point that is not on the curve.
            using var peer = ECDiffieHellman.Create(new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                Q = new ECPoint
                {
                    X = peerPublicKey.Slice(1, CoordinateLength).ToArray(),
                    Y = peerPublicKey[^CoordinateLength..].ToArray(),
                },
            });
            var agreed = _key.DeriveRawSecretAgreement(peer.PublicKey);
            agreed.CopyTo(secret);
            CryptographicOperations.ZeroMemory(agreed);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    public override void Dispose() => _key.Dispose();
}
