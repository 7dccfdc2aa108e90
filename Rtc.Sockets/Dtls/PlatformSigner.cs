using System.Security.Cryptography;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;

namespace QuicPair.Rtc.Sockets.Dtls;

/// <summary>Signs with the key of a <see cref="LocalCertificate"/>.</summary>
internal sealed class PlatformSigner(LocalCertificate certificate) : TlsSigner
{
    public byte[] GenerateRawSignature(SignatureAndHashAlgorithm algorithm, byte[] hash)
    {
        // The object behind the key is not safe for two handshakes at once.
        lock (certificate)
        {
            return certificate.Key.SignHash(hash, DSASignatureFormat.Rfc3279DerSequence);
        }
    }

    public TlsStreamSigner? GetStreamSigner(SignatureAndHashAlgorithm algorithm) => null;
}
