using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Sctp.Chunks;
using QuicPair.Rtc.Tests.Simulation;

namespace QuicPair.Rtc.Tests.Bottleneck;

/// <summary>
/// A receiver to which everything that was sent again arrives twice, so that it reports each retransmission as
/// needless.
/// </summary>
internal sealed class RepeatingReceiver(IEndpoint receiver) : IEndpoint
{
    private Tsn? _highest;

    public Instant? NextTimeout => receiver.NextTimeout;

    public void HandleDatagram(Instant now, ReadOnlySpan<byte> packet)
    {
        receiver.HandleDatagram(now, packet);
        if (!IsSentAgain(packet)) return;
        receiver.TakeEvents(now);
        receiver.HandleDatagram(now, packet);
    }

    public void HandleTimeout(Instant now) => receiver.HandleTimeout(now);

    public bool TryTransmit(Instant now, Span<byte> destination, out int length) =>
        receiver.TryTransmit(now, destination, out length);

    public void TakeEvents(Instant now) => receiver.TakeEvents(now);

    private bool IsSentAgain(ReadOnlySpan<byte> packet)
    {
        var isSentAgain = false;
        var reader = new ChunkReader(packet[CommonHeader.Length..]);
        while (reader.TryRead(out var type, out var chunk))
        {
            if (type != ChunkType.Data || !DataChunk.TryParse(chunk, out var data)) continue;
            if (_highest is { } highest && data.Tsn <= highest) isSentAgain = true;
            else _highest = data.Tsn;
        }

        return isSentAgain;
    }
}
