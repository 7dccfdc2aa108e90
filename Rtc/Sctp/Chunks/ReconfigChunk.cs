namespace QuicPair.Rtc.Sctp.Chunks;

/// <summary>
/// Carries one or two re-configuration parameters (RFC 6525 section 3.1).
/// <code>
/// |  Type = 130   |  Chunk Flags  |         Chunk Length          |
/// \                  Re-configuration Parameter                   /
/// \             Re-configuration Parameter (optional)             /
/// </code>
/// </summary>
internal readonly ref struct ReconfigChunk
{
    public required ReadOnlySpan<byte> Parameters { get; init; }

    public int Length => ChunkReader.HeaderLength + Parameters.Length;

    public static bool TryParse(ReadOnlySpan<byte> chunk, out ReconfigChunk reconfig)
    {
        reconfig = default;
        if (!ChunkReader.Is(chunk, ChunkType.Reconfig, ChunkReader.HeaderLength + 4))
        {
            return false;
        }

        reconfig = new ReconfigChunk { Parameters = chunk[ChunkReader.HeaderLength..] };
        return true;
    }

    public void Write(Span<byte> chunk)
    {
        ChunkReader.WriteHeader(chunk, ChunkType.Reconfig, 0, Length);
        Parameters.CopyTo(chunk[ChunkReader.HeaderLength..]);
    }
}
