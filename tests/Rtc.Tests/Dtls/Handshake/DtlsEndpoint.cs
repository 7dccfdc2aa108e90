using QuicPair.Rtc.Dtls;
using QuicPair.Rtc.Dtls.Handshake;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Tests.Simulation;

namespace QuicPair.Rtc.Tests.Dtls.Handshake;

/// <summary>A DTLS association at one end of a pair; says what it is told to say when it can.</summary>
internal sealed class DtlsEndpoint(DtlsIdentity identity, IEntropy entropy) : IEndpoint, IDisposable
{
    private readonly Queue<byte[]> _toSend = new();

    public DtlsTransport Transport { get; } = new(new DtlsHandshake(identity, entropy));

    public List<byte[]> Received { get; } = [];

    public Instant? NextTimeout => Transport.NextTimeout;

    /// <summary>Sends as soon as there are keys.</summary>
    public void Send(ReadOnlySpan<byte> plaintext) => _toSend.Enqueue(plaintext.ToArray());

    public void HandleDatagram(Instant now, ReadOnlySpan<byte> packet) => Transport.HandleDatagram(now, packet);

    public void HandleTimeout(Instant now) => Transport.HandleTimeout(now);

    public void TakeEvents(Instant now)
    {
        while (Transport.TryReceive(out var plaintext)) Received.Add(plaintext.ToArray());
    }

    public bool TryTransmit(Instant now, Span<byte> destination, out int length)
    {
        if (Transport.TryTransmit(now, destination, out length)) return true;
        return Transport.CanSeal && _toSend.TryDequeue(out var next)
            && Transport.TrySeal(next, destination, out length);
    }

    public void Dispose() => Transport.Dispose();
}
