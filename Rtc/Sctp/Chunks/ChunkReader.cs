using System.Buffers.Binary;

namespace QuicPair.Rtc.Sctp.Chunks;

/// <summary>
/// Walks over the chunks of a packet (RFC 9260 section 3.2).
/// <code>
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |  Chunk Type   |  Chunk Flags  |         Chunk Length          |
/// \                          Chunk Value                          /
/// </code>
/// </summary>
internal ref struct ChunkReader(ReadOnlySpan<byte> chunks)
{
    public const int HeaderLength = 4;

    private ReadOnlySpan<byte> _rest = chunks;

    /// <summary>Whether bytes are left; after a failed read they are no chunk.</summary>
    public readonly bool HasMore => !_rest.IsEmpty;

    /// <summary>The next chunk with its header and without padding.</summary>
    public bool TryRead(out ChunkType type, out ReadOnlySpan<byte> chunk)
    {
        type = default;
        chunk = default;
        if (_rest.Length < HeaderLength)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt16BigEndian(_rest[2..]);
        if (length < HeaderLength || length > _rest.Length)
        {
            return false;
        }

        type = (ChunkType)_rest[0];
        chunk = _rest[..length];
        _rest = _rest[Math.Min(Padding.Pad(length), _rest.Length)..];
        return true;
    }

    public static void WriteHeader(Span<byte> chunk, ChunkType type, byte flags, int length)
    {
        chunk[0] = (byte)type;
        chunk[1] = flags;
        BinaryPrimitives.WriteUInt16BigEndian(chunk[2..], (ushort)length);
    }

    /// <summary>
    /// Whether <paramref name="chunk"/> has this type and a length of at least <paramref name="lengthMin"/>.
    /// </summary>
    public static bool Is(ReadOnlySpan<byte> chunk, ChunkType type, int lengthMin) =>
        chunk.Length >= lengthMin
        && chunk[0] == (byte)type
        && BinaryPrimitives.ReadUInt16BigEndian(chunk[2..]) == chunk.Length;
}
