using QuicPair.Rtc.Dtls;
using QuicPair.Rtc.Dtls.Handshake;
using QuicPair.Rtc.Dtls.Messages;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Tests.Simulation;

namespace QuicPair.Rtc.Tests.Dtls.Handshake;

/// <summary>A DTLS association at one end of a pair; says what it is told to say when it can.</summary>
internal sealed class DtlsEndpoint(IDtls handshake) : IEndpoint, IDisposable
{
    private readonly Queue<byte[]> _toSend = new();

    /// <summary>An end that speaks <paramref name="suite"/> only, or all that there are.</summary>
    public DtlsEndpoint(DtlsIdentity identity, IEntropy entropy, CipherSuite? suite = null)
        : this(suite is { } only
            ? new DtlsHandshake(identity, entropy) { Suites = [only] }
            : new DtlsHandshake(identity, entropy))
    {
    }

    public DtlsTransport Transport { get; } = new(handshake);

    public List<byte[]> Received { get; } = [];

    public Instant? NextTimeout => Transport.NextTimeout;

    /// <summary>Sends as soon as there are keys.</summary>
    public void Send(ReadOnlySpan<byte> plaintext) => _toSend.Enqueue(plaintext.ToArray());

    /// <summary>A record that only this end can seal, whatever it says; there must be keys.</summary>
    public byte[] Seal(ContentType type, ReadOnlySpan<byte> content)
    {
        var record = new byte[RecordLayer.Overhead + content.Length];
        _ = handshake.Records!.Seal(type, content, record);
        return record;
    }

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
