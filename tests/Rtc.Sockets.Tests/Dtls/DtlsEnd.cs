using QuicPair.Rtc.Dtls;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sockets.Dtls;
using Xunit;

namespace QuicPair.Rtc.Sockets.Tests.Dtls;

/// <summary>One end of a <see cref="DtlsPair"/>.</summary>
internal sealed class DtlsEnd : IDisposable
{
    private readonly byte[] _buffer = new byte[2_048];

    public DtlsEnd(HandshakeThreads threads, Action hasNews) =>
        Transport = new DtlsTransport(new BouncyCastleDtls(Certificate, threads, hasNews));

    public LocalCertificate Certificate { get; } = LocalCertificate.Create();

    public DtlsTransport Transport { get; }

    /// <summary>What ICE is said to have measured; twice as long passes before a flight is repeated.</summary>
    public TimeSpan RoundTrip { get; set; } = TimeSpan.FromMilliseconds(10);

    public List<byte[]> Received { get; } = [];

    public void Start(DtlsRole role, params CertificateFingerprint[] expected) =>
        Transport.Start(Instant.Start, new DtlsParameters(role, expected, RoundTrip));

    public void Handle(byte[] datagram)
    {
        Transport.HandleDatagram(Instant.Start, datagram);
        Receive();
    }

    public void Receive()
    {
        while (Transport.TryReceive(out var plaintext)) Received.Add(plaintext.ToArray());
    }

    public byte[] Seal(ReadOnlySpan<byte> plaintext)
    {
        Assert.True(Transport.TrySeal(plaintext, _buffer, out var length));
        return _buffer[..length];
    }

    public List<byte[]> TakeDatagrams()
    {
        var datagrams = new List<byte[]>();
        while (Transport.TryTransmit(Instant.Start, _buffer, out var length))
        {
            datagrams.Add(_buffer[..length]);
        }

        return datagrams;
    }

    public void Dispose()
    {
        Transport.Dispose();
        Certificate.Dispose();
    }
}
