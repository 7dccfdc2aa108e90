using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp.Chunks;

namespace QuicPair.Rtc.Sctp.Send;

/// <summary>A chunk that was sent and is not yet covered by the cumulative TSN.</summary>
internal struct OutstandingChunk
{
    public OutboundFragment Fragment;

    public Instant SentAt;

    public int Transmissions;

    /// <summary>Copies that rode along with later chunks.</summary>
    public int Copies;

    /// <summary>How often it was found lost by later arrivals.</summary>
    public int Losses;

    /// <summary>The number of the recovery in which it was found lost the last time.</summary>
    public int Recovery;

    public ChunkState State;

    /// <summary>Sent again to probe for a lost tail, not because it was found lost.</summary>
    public bool IsProbe;

    /// <summary>Bytes it takes in a packet.</summary>
    public readonly int WireLength => Padding.Pad(DataChunk.HeaderLength + PayloadLength);

    /// <summary>Payload bytes, which is what it takes of the peer's window.</summary>
    public int PayloadLength;

    public readonly void Write(Span<byte> destination, Tsn tsn) => new DataChunk
    {
        Tsn = tsn,
        Stream = Fragment.Stream.Id,
        Ssn = Fragment.Ssn,
        PayloadProtocol = Fragment.PayloadProtocol,
        Flags = Fragment.Flags,
        Payload = Fragment.Payload.Payload,
    }.Write(destination);
}
