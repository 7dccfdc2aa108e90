using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using QuicPair.Rtc.Dtls.Messages;

namespace QuicPair.Rtc.Dtls.Handshake;

/// <summary>The certificate that the peer's description promised, and its key.</summary>
internal sealed class PeerIdentity : IDisposable
{
    private const string P256 = "1.2.840.10045.3.1.7";

    private readonly ECDsa _key;

    private PeerIdentity(byte[] certificate, ECDsa key) => (Certificate, _key) = (certificate, key);

    /// <summary>The certificate, DER.</summary>
    public byte[] Certificate { get; }

    /// <summary>
    /// Takes a certificate that has one of the fingerprints. Only such a one is parsed, so nobody else's bytes
    /// reach the platform's parser.
    /// </summary>
    public static PeerIdentity? TryAccept(
        ReadOnlySpan<byte> certificate,
        IReadOnlyList<CertificateFingerprint> expected,
        out DtlsFailure failure)
    {
        failure = DtlsFailure.FingerprintMismatch;
        var isExpected = false;
        foreach (var fingerprint in expected) isExpected |= fingerprint.Matches(certificate);
        if (!isExpected) return null;

        failure = DtlsFailure.ProtocolError;
        ECDsa? key = null;
        try
        {
            using var parsed = X509CertificateLoader.LoadCertificate(certificate);
            key = parsed.GetECDsaPublicKey();
            var curve = key?.ExportParameters(includePrivateParameters: false).Curve;
            if (curve is { IsNamed: true, Oid.Value: P256 }) return new PeerIdentity(certificate.ToArray(), key!);
        }
        catch (CryptographicException)
        {
            // No certificate that this suite could use.
        }

        key?.Dispose();
        return null;
    }

    /// <summary>Whether the peer has signed <paramref name="data"/>.</summary>
    public bool HasSigned(ReadOnlySpan<byte> data, in DigitalSignature signature)
    {
        if (signature.Algorithm != DigitalSignature.EcdsaSecp256r1Sha256) return false;
        const DSASignatureFormat format = DSASignatureFormat.Rfc3279DerSequence;
        try
        {
            return _key.VerifyData(data, signature.Signature, HashAlgorithmName.SHA256, format);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    public void Dispose() => _key.Dispose();
}
