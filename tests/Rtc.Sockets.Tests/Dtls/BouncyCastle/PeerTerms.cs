using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;
using QuicPair.Rtc.Dtls;

namespace QuicPair.Rtc.Sockets.Tests.Dtls.BouncyCastle;

/// <summary>What both roles of the other end have in common.</summary>
internal sealed class PeerTerms(BcTlsCrypto crypto, LocalCertificate certificate, int cipherSuite, int group)
{
    public static ProtocolVersion[] Versions => ProtocolVersion.DTLSv12.Only();

    public static SignatureAndHashAlgorithm Signature { get; } =
        SignatureAndHashAlgorithm.GetInstance(HashAlgorithm.sha256, SignatureAlgorithm.ecdsa);

    public int[] CipherSuites => [cipherSuite];

    public int[] Groups => [group];

    public TlsCredentialedSigner CreateCredentials(TlsContext context)
    {
        AsymmetricKeyParameter key = PrivateKeyFactory.CreateKey(certificate.Identity.Key.ExportPkcs8PrivateKey());
        var shown = crypto.CreateCertificate(certificate.Der.ToArray());
        return new BcDefaultTlsCredentialedSigner(
            new TlsCryptoParameters(context), crypto, key, new Certificate([shown]), Signature);
    }

    public static void Check(Certificate chain, CertificateFingerprint expected)
    {
        if (!chain.IsEmpty && expected.Matches(chain.GetCertificateAt(0).GetEncoded())) return;
        throw new TlsFatalAlert(AlertDescription.bad_certificate);
    }
}
