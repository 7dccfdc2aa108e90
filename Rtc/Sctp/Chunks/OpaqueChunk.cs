namespace QuicPair.Rtc.Sctp.Chunks;

/// <summary>
/// A chunk whose value is bytes that one side made and the other returns or reports: HEARTBEAT and its ACK
/// (RFC 9260 sections 3.3.5, 3.3.6), COOKIE ECHO (3.3.11), ABORT and ERROR with their causes (3.3.7, 3.3.10).
/// <code>
/// |  Chunk Type   |  Chunk Flags  |         Chunk Length          |
/// \           Information, cookie or error causes                 /
/// </code>
/// </summary>
internal readonly ref struct OpaqueChunk
{
    public required ChunkType Type { get; init; }

    public byte Flags { get; init; }

    public required ReadOnlySpan<byte> Value { get; init; }

    public int Length => ChunkReader.HeaderLength + Value.Length;

    public static bool TryParse(ReadOnlySpan<byte> chunk, out OpaqueChunk opaque)
    {
        if (chunk.IsEmpty || !ChunkReader.Is(chunk, (ChunkType)chunk[0], ChunkReader.HeaderLength))
        {
            opaque = default;
            return false;
        }

        opaque = new OpaqueChunk
        {
            Type = (ChunkType)chunk[0],
            Flags = chunk[1],
            Value = chunk[ChunkReader.HeaderLength..],
        };
        return true;
    }

    public void Write(Span<byte> chunk)
    {
        ChunkReader.WriteHeader(chunk, Type, Flags, Length);
        Value.CopyTo(chunk[ChunkReader.HeaderLength..]);
    }
}
