using Org.BouncyCastle.Tls;

namespace QuicPair.Rtc.Sockets.Dtls;

/// <summary>The client's side of a WebRTC handshake, as BouncyCastle asks for it.</summary>
internal sealed class HandshakeClient(HandshakeCrypto crypto, HandshakeTiming timing)
    : DefaultTlsClient(crypto), TlsAuthentication
{
    public override TlsAuthentication GetAuthentication() => this;

    public void NotifyServerCertificate(TlsServerCertificate serverCertificate) =>
        crypto.CheckPeer(serverCertificate.Certificate);

    public TlsCredentials GetClientCredentials(CertificateRequest certificateRequest) =>
        crypto.CreateCredentials(m_context);

    public override int GetHandshakeTimeoutMillis() => timing.TimeoutMilliseconds;

    public override int GetHandshakeResendTimeMillis() => timing.ResendMilliseconds;

    public override bool RequiresExtendedMasterSecret() => true;

    protected override ProtocolVersion[] GetSupportedVersions() => HandshakeCrypto.Versions;

    protected override int[] GetSupportedCipherSuites() => HandshakeCrypto.CipherSuites;

    protected override IList<int> GetSupportedGroups(IList<int> namedGroupRoles) => HandshakeCrypto.Groups;

    protected override IList<SignatureAndHashAlgorithm> GetSupportedSignatureAlgorithms() =>
        [HandshakeCrypto.Signature];

    protected override CertificateStatusRequest? GetCertificateStatusRequest() => null;
}
