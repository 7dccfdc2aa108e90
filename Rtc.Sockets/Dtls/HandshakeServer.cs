using Org.BouncyCastle.Tls;

namespace QuicPair.Rtc.Sockets.Dtls;

/// <summary>The server's side of a WebRTC handshake, as BouncyCastle asks for it.</summary>
internal sealed class HandshakeServer(HandshakeCrypto crypto, HandshakeTiming timing)
    : DefaultTlsServer(crypto)
{
    public override int[] GetSupportedGroups() => HandshakeCrypto.Groups;

    public override CertificateRequest GetCertificateRequest() =>
        new([ClientCertificateType.ecdsa_sign], [HandshakeCrypto.Signature], null);

    public override void NotifyClientCertificate(Certificate clientCertificate) =>
        crypto.CheckPeer(clientCertificate);

    public override int GetHandshakeTimeoutMillis() => timing.TimeoutMilliseconds;

    public override int GetHandshakeResendTimeMillis() => timing.ResendMilliseconds;

    public override bool RequiresExtendedMasterSecret() => true;

    protected override TlsCredentialedSigner GetECDsaSignerCredentials() =>
        crypto.CreateCredentials(m_context);

    protected override ProtocolVersion[] GetSupportedVersions() => HandshakeCrypto.Versions;

    protected override int[] GetSupportedCipherSuites() => HandshakeCrypto.CipherSuites;

    protected override int SelectECDH(int minimumCurveBits)
    {
        var offered = m_context.SecurityParameters.ClientSupportedGroups ?? [NamedGroup.secp256r1];
        foreach (var group in HandshakeCrypto.Groups)
        {
            if (offered.Contains(group)) return group;
        }

        return -1;
    }
}
