using System.Buffers.Binary;

namespace QuicPair.Rtc.Sctp.Chunks;

/// <summary>
/// Tells the receiver not to wait for given-up chunks (RFC 3758 section 3.2).
/// <code>
/// |  Type = 192   |  Flags = 0x00 |        Length = Variable      |
/// |                      New Cumulative TSN                       |
/// |         Stream-1              |       Stream Sequence-1       |
/// \                                                               /
/// </code>
/// </summary>
internal readonly ref struct ForwardTsnChunk
{
    public const int HeaderLength = 8;

    public const int EntryLength = 4;

    public required Tsn NewCumulativeTsn { get; init; }

    /// <summary>Pairs of stream and skipped sequence number as on the wire.</summary>
    public required ReadOnlySpan<byte> Skipped { get; init; }

    public int SkippedCount => Skipped.Length / EntryLength;

    public int Length => HeaderLength + Skipped.Length;

    public StreamId SkippedStream(int index) =>
        new(BinaryPrimitives.ReadUInt16BigEndian(Skipped[(index * EntryLength)..]));

    public Ssn SkippedSsn(int index) =>
        new(BinaryPrimitives.ReadUInt16BigEndian(Skipped[((index * EntryLength) + 2)..]));

    public static bool TryParse(ReadOnlySpan<byte> chunk, out ForwardTsnChunk forward)
    {
        forward = default;
        if (!ChunkReader.Is(chunk, ChunkType.ForwardTsn, HeaderLength)
            || (chunk.Length - HeaderLength) % EntryLength != 0)
        {
            return false;
        }

        forward = new ForwardTsnChunk
        {
            NewCumulativeTsn = new Tsn(BinaryPrimitives.ReadUInt32BigEndian(chunk[4..])),
            Skipped = chunk[HeaderLength..],
        };
        return true;
    }

    public void Write(Span<byte> chunk)
    {
        ChunkReader.WriteHeader(chunk, ChunkType.ForwardTsn, 0, Length);
        BinaryPrimitives.WriteUInt32BigEndian(chunk[4..], NewCumulativeTsn.Value);
        Skipped.CopyTo(chunk[HeaderLength..]);
    }

    public static void WriteEntry(Span<byte> entry, StreamId stream, Ssn ssn)
    {
        BinaryPrimitives.WriteUInt16BigEndian(entry, stream.Value);
        BinaryPrimitives.WriteUInt16BigEndian(entry[2..], ssn.Value);
    }
}
