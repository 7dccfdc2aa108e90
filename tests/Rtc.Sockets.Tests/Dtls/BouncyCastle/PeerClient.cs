using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;
using QuicPair.Rtc.Dtls;

namespace QuicPair.Rtc.Sockets.Tests.Dtls.BouncyCastle;

internal sealed class PeerClient(TlsCrypto crypto, PeerTerms terms, CertificateFingerprint expected)
    : DefaultTlsClient(crypto), TlsAuthentication
{
    public override TlsAuthentication GetAuthentication() => this;

    public void NotifyServerCertificate(TlsServerCertificate serverCertificate) =>
        PeerTerms.Check(serverCertificate.Certificate, expected);

    public TlsCredentials GetClientCredentials(CertificateRequest certificateRequest) =>
        terms.CreateCredentials(m_context);

    public override bool RequiresExtendedMasterSecret() => true;

    protected override ProtocolVersion[] GetSupportedVersions() => PeerTerms.Versions;

    protected override int[] GetSupportedCipherSuites() => terms.CipherSuites;

    protected override IList<int> GetSupportedGroups(IList<int> namedGroupRoles) => terms.Groups;

    protected override IList<SignatureAndHashAlgorithm> GetSupportedSignatureAlgorithms() => [PeerTerms.Signature];

    protected override CertificateStatusRequest? GetCertificateStatusRequest() => null;
}
