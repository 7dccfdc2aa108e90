using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;
using QuicPair.Rtc.Dtls;

namespace QuicPair.Rtc.Sockets.Tests.Dtls.BouncyCastle;

internal sealed class PeerServer(TlsCrypto crypto, PeerTerms terms, CertificateFingerprint expected)
    : DefaultTlsServer(crypto)
{
    public override int[] GetSupportedGroups() => terms.Groups;

    public override CertificateRequest GetCertificateRequest() =>
        new([ClientCertificateType.ecdsa_sign], [PeerTerms.Signature], null);

    public override void NotifyClientCertificate(Certificate clientCertificate) =>
        PeerTerms.Check(clientCertificate, expected);

    public override bool RequiresExtendedMasterSecret() => true;

    protected override TlsCredentialedSigner GetECDsaSignerCredentials() => terms.CreateCredentials(m_context);

    protected override ProtocolVersion[] GetSupportedVersions() => PeerTerms.Versions;

    protected override int[] GetSupportedCipherSuites() => terms.CipherSuites;
}
