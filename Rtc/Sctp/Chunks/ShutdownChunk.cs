using System.Buffers.Binary;

namespace QuicPair.Rtc.Sctp.Chunks;

/// <summary>
/// Begins an orderly end (RFC 9260 section 3.3.8).
/// <code>
/// |   Type = 7    |  Chunk Flags  |          Length = 8           |
/// |                      Cumulative TSN Ack                       |
/// </code>
/// </summary>
/// <param name="CumulativeTsnAck">The last TSN received in sequence.</param>
internal readonly record struct ShutdownChunk(Tsn CumulativeTsnAck)
{
    public const int Length = 8;

    public static bool TryParse(ReadOnlySpan<byte> chunk, out ShutdownChunk shutdown)
    {
        shutdown = default;
        if (!ChunkReader.Is(chunk, ChunkType.Shutdown, Length) || chunk.Length != Length)
        {
            return false;
        }

        shutdown = new ShutdownChunk(new Tsn(BinaryPrimitives.ReadUInt32BigEndian(chunk[4..])));
        return true;
    }

    public void Write(Span<byte> chunk)
    {
        ChunkReader.WriteHeader(chunk, ChunkType.Shutdown, 0, Length);
        BinaryPrimitives.WriteUInt32BigEndian(chunk[4..], CumulativeTsnAck.Value);
    }
}
