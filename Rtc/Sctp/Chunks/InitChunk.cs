using System.Buffers.Binary;

namespace QuicPair.Rtc.Sctp.Chunks;

/// <summary>
/// The first chunk of either side: INIT, or INIT ACK with the same layout (RFC 9260 sections 3.3.2 and
/// 3.3.3).
/// <code>
/// |  Type = 1, 2  |  Chunk Flags  |         Chunk Length          |
/// |                         Initiate Tag                          |
/// |           Advertised Receiver Window Credit (a_rwnd)          |
/// |   Number of Outbound Streams  |   Number of Inbound Streams   |
/// |                          Initial TSN                          |
/// \              Optional/Variable-Length Parameters              /
/// </code>
/// </summary>
internal readonly ref struct InitChunk
{
    public const int HeaderLength = 20;

    public required bool IsAck { get; init; }

    public required uint InitiateTag { get; init; }

    public required uint ReceiveWindow { get; init; }

    public required ushort OutboundStreams { get; init; }

    public required ushort InboundStreams { get; init; }

    public required Tsn InitialTsn { get; init; }

    public required ReadOnlySpan<byte> Parameters { get; init; }

    public int Length => HeaderLength + Parameters.Length;

    public static bool TryParse(ReadOnlySpan<byte> chunk, out InitChunk init)
    {
        init = default;
        var isAck = ChunkReader.Is(chunk, ChunkType.InitAck, HeaderLength);
        if (!isAck && !ChunkReader.Is(chunk, ChunkType.Init, HeaderLength))
        {
            return false;
        }

        init = new InitChunk
        {
            IsAck = isAck,
            InitiateTag = BinaryPrimitives.ReadUInt32BigEndian(chunk[4..]),
            ReceiveWindow = BinaryPrimitives.ReadUInt32BigEndian(chunk[8..]),
            OutboundStreams = BinaryPrimitives.ReadUInt16BigEndian(chunk[12..]),
            InboundStreams = BinaryPrimitives.ReadUInt16BigEndian(chunk[14..]),
            InitialTsn = new Tsn(BinaryPrimitives.ReadUInt32BigEndian(chunk[16..])),
            Parameters = chunk[HeaderLength..],
        };

        // "If the value of the Initiate Tag ... is found to be 0, the receiver MUST silently discard";
        // streams alike.
        return init.InitiateTag != 0 && init.OutboundStreams != 0 && init.InboundStreams != 0;
    }

    public void Write(Span<byte> chunk)
    {
        ChunkReader.WriteHeader(chunk, IsAck ? ChunkType.InitAck : ChunkType.Init, 0, Length);
        BinaryPrimitives.WriteUInt32BigEndian(chunk[4..], InitiateTag);
        BinaryPrimitives.WriteUInt32BigEndian(chunk[8..], ReceiveWindow);
        BinaryPrimitives.WriteUInt16BigEndian(chunk[12..], OutboundStreams);
        BinaryPrimitives.WriteUInt16BigEndian(chunk[14..], InboundStreams);
        BinaryPrimitives.WriteUInt32BigEndian(chunk[16..], InitialTsn.Value);
        Parameters.CopyTo(chunk[HeaderLength..]);
    }
}
