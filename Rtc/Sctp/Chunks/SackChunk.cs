using System.Buffers.Binary;

namespace QuicPair.Rtc.Sctp.Chunks;

/// <summary>
/// Selective acknowledgement (RFC 9260 section 3.3.4).
/// <code>
/// |   Type = 3    |  Chunk Flags  |         Chunk Length          |
/// |                      Cumulative TSN Ack                       |
/// |          Advertised Receiver Window Credit (a_rwnd)           |
/// | Number of Gap Ack Blocks = N  |  Number of Duplicate TSNs = M |
/// |    Gap Ack Block #1 Start     |     Gap Ack Block #1 End      |
/// \                              ...                              \
/// |                        Duplicate TSN M                        |
/// </code>
/// </summary>
internal readonly ref struct SackChunk
{
    public const int HeaderLength = 16;

    private const int EntryLength = 4;

    public required Tsn CumulativeTsnAck { get; init; }

    public required uint ReceiveWindow { get; init; }

    /// <summary>Gap ack blocks as on the wire.</summary>
    public required ReadOnlySpan<byte> Gaps { get; init; }

    /// <summary>Duplicate TSNs as on the wire.</summary>
    public required ReadOnlySpan<byte> Duplicates { get; init; }

    public int GapCount => Gaps.Length / EntryLength;

    public int DuplicateCount => Duplicates.Length / EntryLength;

    public int Length => HeaderLength + Gaps.Length + Duplicates.Length;

    public GapAckBlock Gap(int index) => new(
        BinaryPrimitives.ReadUInt16BigEndian(Gaps[(index * EntryLength)..]),
        BinaryPrimitives.ReadUInt16BigEndian(Gaps[((index * EntryLength) + 2)..]));

    public Tsn Duplicate(int index) =>
        new(BinaryPrimitives.ReadUInt32BigEndian(Duplicates[(index * EntryLength)..]));

    public static bool TryParse(ReadOnlySpan<byte> chunk, out SackChunk sack)
    {
        sack = default;
        if (!ChunkReader.Is(chunk, ChunkType.Sack, HeaderLength))
        {
            return false;
        }

        var gapsLength = BinaryPrimitives.ReadUInt16BigEndian(chunk[12..]) * EntryLength;
        var duplicatesLength = BinaryPrimitives.ReadUInt16BigEndian(chunk[14..]) * EntryLength;
        if (HeaderLength + gapsLength + duplicatesLength != chunk.Length)
        {
            return false;
        }

        sack = new SackChunk
        {
            CumulativeTsnAck = new Tsn(BinaryPrimitives.ReadUInt32BigEndian(chunk[4..])),
            ReceiveWindow = BinaryPrimitives.ReadUInt32BigEndian(chunk[8..]),
            Gaps = chunk.Slice(HeaderLength, gapsLength),
            Duplicates = chunk[(HeaderLength + gapsLength)..],
        };
        return sack.HasRisingGaps();
    }

    public void Write(Span<byte> chunk)
    {
        WriteHeader(chunk, CumulativeTsnAck, ReceiveWindow, GapCount, DuplicateCount);
        Gaps.CopyTo(chunk[HeaderLength..]);
        Duplicates.CopyTo(chunk[(HeaderLength + Gaps.Length)..]);
    }

    /// <summary>Writes all but the entries, for a caller that fills them in place.</summary>
    public static void WriteHeader(
        Span<byte> chunk, Tsn cumulative, uint receiveWindow, int gaps, int duplicates)
    {
        ChunkReader.WriteHeader(chunk, ChunkType.Sack, 0, HeaderLength + ((gaps + duplicates) * EntryLength));
        BinaryPrimitives.WriteUInt32BigEndian(chunk[4..], cumulative.Value);
        BinaryPrimitives.WriteUInt32BigEndian(chunk[8..], receiveWindow);
        BinaryPrimitives.WriteUInt16BigEndian(chunk[12..], (ushort)gaps);
        BinaryPrimitives.WriteUInt16BigEndian(chunk[14..], (ushort)duplicates);
    }

    // Rising and disjoint blocks bound the work that one SACK can cause.
    private bool HasRisingGaps()
    {
        var previous = 0;
        for (var index = 0; index < GapCount; index++)
        {
            var gap = Gap(index);
            if (gap.Start <= previous || gap.End < gap.Start)
            {
                return false;
            }

            previous = gap.End;
        }

        return true;
    }
}
