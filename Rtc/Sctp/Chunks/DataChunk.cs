using System.Buffers.Binary;

namespace QuicPair.Rtc.Sctp.Chunks;

/// <summary>
/// Payload data (RFC 9260 section 3.3.1).
/// <code>
/// |   Type = 0    |  Res  |I|U|B|E|            Length             |
/// |                              TSN                              |
/// |      Stream Identifier S      |   Stream Sequence Number n    |
/// |                  Payload Protocol Identifier                  |
/// \                 User Data (seq n of Stream S)                 /
/// </code>
/// </summary>
internal readonly ref struct DataChunk
{
    public const int HeaderLength = 16;

    public required Tsn Tsn { get; init; }

    public required StreamId Stream { get; init; }

    public required Ssn Ssn { get; init; }

    public required uint PayloadProtocol { get; init; }

    public required DataFlags Flags { get; init; }

    public required ReadOnlySpan<byte> Payload { get; init; }

    public int Length => HeaderLength + Payload.Length;

    public static bool TryParse(ReadOnlySpan<byte> chunk, out DataChunk data)
    {
        // "The length of the User Data field MUST be greater than zero" is the caller's to answer.
        if (!ChunkReader.Is(chunk, ChunkType.Data, HeaderLength))
        {
            data = default;
            return false;
        }

        data = new DataChunk
        {
            Flags = (DataFlags)(chunk[1] & 0x0F),
            Tsn = new Tsn(BinaryPrimitives.ReadUInt32BigEndian(chunk[4..])),
            Stream = new StreamId(BinaryPrimitives.ReadUInt16BigEndian(chunk[8..])),
            Ssn = new Ssn(BinaryPrimitives.ReadUInt16BigEndian(chunk[10..])),
            PayloadProtocol = BinaryPrimitives.ReadUInt32BigEndian(chunk[12..]),
            Payload = chunk[HeaderLength..],
        };
        return true;
    }

    public void Write(Span<byte> chunk)
    {
        ChunkReader.WriteHeader(chunk, ChunkType.Data, (byte)Flags, Length);
        BinaryPrimitives.WriteUInt32BigEndian(chunk[4..], Tsn.Value);
        BinaryPrimitives.WriteUInt16BigEndian(chunk[8..], Stream.Value);
        BinaryPrimitives.WriteUInt16BigEndian(chunk[10..], Ssn.Value);
        BinaryPrimitives.WriteUInt32BigEndian(chunk[12..], PayloadProtocol);
        Payload.CopyTo(chunk[HeaderLength..]);
    }
}
