using System.Diagnostics;
using QuicPair.Rtc.Dtls;
using QuicPair.Rtc.Dtls.Handshake;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sockets.Loop;
using Xunit;

namespace QuicPair.Rtc.Sockets.Tests.Dtls;

/// <summary>Our end of an association with a peer of another make, in real time.</summary>
internal sealed class OwnEnd : IDisposable
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly byte[] _buffer = new byte[2_048];
    private readonly Action<byte[]> _send;
    private readonly Func<CancellationToken, ValueTask<byte[]>> _receive;

    public OwnEnd(
        LocalCertificate certificate, Action<byte[]> send, Func<CancellationToken, ValueTask<byte[]>> receive)
    {
        (_send, _receive) = (send, receive);
        Transport = new DtlsTransport(new DtlsHandshake(certificate.Identity, new SystemEntropy()));
    }

    public DtlsTransport Transport { get; }

    public List<byte[]> Received { get; } = [];

    /// <summary>What becomes of the datagrams that we send together; all go by default.</summary>
    public Func<List<byte[]>, IEnumerable<byte[]>> Outgoing { get; set; } = datagrams => datagrams;

    /// <summary>What becomes of a datagram that arrives.</summary>
    public Func<byte[], IEnumerable<byte[]>> Incoming { get; set; } = datagram => [datagram];

    private Instant Now => Instant.Start + Stopwatch.GetElapsedTime(_start);

    public void Start(DtlsRole role, CertificateFingerprint expected)
    {
        Transport.Start(Now, new DtlsParameters(role, [expected], TimeSpan.FromMilliseconds(10)));
        Flush();
    }

    /// <summary>Takes what arrives until <paramref name="isDone"/>.</summary>
    public async Task RunUntil(Func<bool> isDone, CancellationToken cancellation)
    {
        while (!isDone())
        {
            if (await TryReceive(cancellation) is not { } datagram)
            {
                Transport.HandleTimeout(Now);
            }
            else
            {
                foreach (var part in Incoming(datagram)) Handle(part);
            }

            Flush();
        }
    }

    public void Send(ReadOnlySpan<byte> plaintext)
    {
        Assert.True(Transport.TrySeal(plaintext, _buffer, out var length));
        _send(_buffer[..length]);
    }

    public void Flush()
    {
        var datagrams = new List<byte[]>();
        while (Transport.TryTransmit(Now, _buffer, out var length)) datagrams.Add(_buffer[..length]);
        foreach (var datagram in Outgoing(datagrams)) _send(datagram);
    }

    public void Dispose() => Transport.Dispose();

    private void Handle(byte[] datagram)
    {
        Transport.HandleDatagram(Now, datagram);
        while (Transport.TryReceive(out var plaintext)) Received.Add(plaintext.ToArray());
    }

    /// <summary>The next datagram, or null when a deadline of the handshake passes first.</summary>
    private async Task<byte[]?> TryReceive(CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (Transport.NextTimeout is { } next)
        {
            var wait = next - Now;
            deadline.CancelAfter(wait > TimeSpan.Zero ? wait : TimeSpan.FromMilliseconds(1));
        }

        try
        {
            return await _receive(deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }
}
