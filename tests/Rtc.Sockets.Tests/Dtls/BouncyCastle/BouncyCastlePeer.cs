using Org.BouncyCastle.Security;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;
using QuicPair.Rtc.Dtls;

namespace QuicPair.Rtc.Sockets.Tests.Dtls.BouncyCastle;

/// <summary>BouncyCastle at the other end: a handshake on a thread of its own, then one message each way.</summary>
internal sealed class BouncyCastlePeer : IDisposable
{
    private readonly QueueTransport _transport;
    private readonly BcTlsCrypto _crypto = new(new SecureRandom());
    private readonly PeerTerms _terms;

    public BouncyCastlePeer(DatagramWire wire, int cipherSuite, int group)
    {
        _transport = new QueueTransport(wire);
        _terms = new PeerTerms(_crypto, Certificate, cipherSuite, group);
    }

    public LocalCertificate Certificate { get; } = LocalCertificate.Create();

    /// <summary>What the handshake and the talk came to: the message that it got.</summary>
    public Task<byte[]> Run(DtlsRole role, CertificateFingerprint expected, byte[] says) =>
        Task.Factory.StartNew(
            () => Talk(role, expected, says),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

    public void Dispose()
    {
        _transport.Close();
        Certificate.Dispose();
    }

    private byte[] Talk(DtlsRole role, CertificateFingerprint expected, byte[] says)
    {
        var association = role == DtlsRole.Client
            ? new DtlsClientProtocol().Connect(new PeerClient(_crypto, _terms, expected), _transport)
            : new DtlsServerProtocol { VerifyRequests = false }
                .Accept(new PeerServer(_crypto, _terms, expected), _transport);
        association.Send(says, 0, says.Length);
        var buffer = new byte[2_048];
        var length = -1;
        while (length < 0) length = association.Receive(buffer, 0, buffer.Length, waitMillis: 1_000);
        return buffer[..length];
    }
}
