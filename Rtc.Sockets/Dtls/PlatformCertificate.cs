using System.Security.Cryptography;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;

namespace QuicPair.Rtc.Sockets.Dtls;

/// <summary>
/// A certificate whose ECDSA signatures the platform verifies, 20 times as fast as BouncyCastle.
/// </summary>
internal sealed class PlatformCertificate(BcTlsCrypto crypto, byte[] encoding, Action verified)
    : BcTlsCertificate(crypto, encoding)
{
    private readonly byte[] _encoding = encoding;

    /// <summary>The bytes as the peer sent them: what a fingerprint is of.</summary>
    public override byte[] GetEncoded() => _encoding;

    public override TlsVerifier CreateVerifier(short signatureAlgorithm)
    {
        const short ecdsa = SignatureAlgorithm.ecdsa;
        if (signatureAlgorithm != ecdsa || GetLegacySignatureAlgorithm() != ecdsa)
        {
            throw new TlsFatalAlert(AlertDescription.unsupported_certificate);
        }

        return new Verifier(m_keyInfo.GetEncoded(), verified);
    }

    private sealed class Verifier(byte[] publicKey, Action verified) : TlsVerifier
    {
        public TlsStreamVerifier? GetStreamVerifier(DigitallySigned digitallySigned) => null;

        public bool VerifyRawSignature(DigitallySigned digitallySigned, byte[] hash)
        {
            try
            {
                using var key = ECDsa.Create();
                key.ImportSubjectPublicKeyInfo(publicKey, out _);
                const DSASignatureFormat format = DSASignatureFormat.Rfc3279DerSequence;
                if (!key.VerifyHash(hash, digitallySigned.Signature, format)) return false;
            }
            catch (CryptographicException cause)
            {
                throw new TlsFatalAlert(AlertDescription.illegal_parameter, cause);
            }

            verified();
            return true;
        }
    }
}
