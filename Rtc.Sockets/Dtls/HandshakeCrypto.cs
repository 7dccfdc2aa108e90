using Org.BouncyCastle.Crypto.Prng;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;
using Org.BouncyCastle.Tls.Crypto.Impl;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;
using QuicPair.Rtc.Dtls;

namespace QuicPair.Rtc.Sockets.Dtls;

/// <summary>
/// The cryptography of one handshake: BouncyCastle's, with the platform's ECDSA and AES-GCM, and what both
/// roles agree to.
/// </summary>
internal sealed class HandshakeCrypto : BcTlsCrypto
{
    private static readonly SecureRandom Entropy = new(new CryptoApiRandomGenerator());

    private readonly LocalCertificate _certificate;
    private readonly IReadOnlyList<CertificateFingerprint> _expected;
    private readonly Action _verified;

    public HandshakeCrypto(
        LocalCertificate certificate, IReadOnlyList<CertificateFingerprint> expected, Action verified)
        : base(Entropy) => (_certificate, _expected, _verified) = (certificate, expected, verified);

    /// <summary>RFC 8827, section 6.5: all implementations MUST support this suite with P-256.</summary>
    public static int[] CipherSuites => [CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256];

    /// <summary>Groups in order of preference.</summary>
    public static int[] Groups => [NamedGroup.x25519, NamedGroup.secp256r1];

    public static ProtocolVersion[] Versions => ProtocolVersion.DTLSv12.Only();

    public static SignatureAndHashAlgorithm Signature { get; } =
        SignatureAndHashAlgorithm.GetInstance(HashAlgorithm.sha256, SignatureAlgorithm.ecdsa);

    /// <summary>The cipher of the finished handshake.</summary>
    public ExportedCipher? Cipher { get; private set; }

    /// <summary>The certificate that the peer showed, DER.</summary>
    public byte[]? PeerCertificate { get; private set; }

    /// <summary>Whether the peer showed a certificate that its description does not name.</summary>
    public bool IsImpostor { get; private set; }

    /// <summary>The credentials of this end.</summary>
    public TlsCredentialedSigner CreateCredentials(TlsContext context)
    {
        var encoded = new PlatformCertificate(this, _certificate.Der.ToArray(), static () => { });
        return new DefaultTlsCredentialedSigner(
            new TlsCryptoParameters(context),
            new PlatformSigner(_certificate),
            new Certificate([encoded]),
            Signature);
    }

    /// <summary>Ends the handshake unless the peer's certificate is the one that was promised.</summary>
    public void CheckPeer(Certificate chain)
    {
        if (chain.IsEmpty) throw new TlsFatalAlert(AlertDescription.bad_certificate);
        var encoded = chain.GetCertificateAt(0).GetEncoded();
        if (!_expected.Any(fingerprint => fingerprint.Matches(encoded)))
        {
            IsImpostor = true;
            throw new TlsFatalAlert(AlertDescription.bad_certificate);
        }

        PeerCertificate = encoded;
    }

    public override TlsCertificate CreateCertificate(short type, byte[] encoding) =>
        type == CertificateType.X509
            ? new PlatformCertificate(this, encoding, _verified)
            : throw new TlsFatalAlert(AlertDescription.unsupported_certificate);

    protected override TlsAeadCipher CreateCipher_Aes_Gcm(
        TlsCryptoParameters cryptoParams, int cipherKeySize, int macSize)
    {
        var (encrypt, decrypt) = (new AesGcmCipher(encrypts: true), new AesGcmCipher(encrypts: false));
        return Cipher = new ExportedCipher(cryptoParams, encrypt, decrypt);
    }
}
