using QuicPair.Rtc.Sctp.Chunks;

namespace QuicPair.Rtc.Sctp;

/// <summary>Fills one packet chunk by chunk; the header and its checksum come last.</summary>
internal ref struct PacketWriter
{
    private readonly Span<byte> _packet;
    private int _length;

    /// <summary>Starts a packet that may fill all of <paramref name="packet"/>.</summary>
    public PacketWriter(Span<byte> packet)
    {
        _packet = packet;
        _length = CommonHeader.Length;
    }

    /// <summary>Whether no chunk was written yet.</summary>
    public readonly bool IsEmpty => _length == CommonHeader.Length;

    /// <summary>Bytes left for further chunks.</summary>
    public readonly int Room => _packet.Length - _length;

    /// <summary>
    /// The next <paramref name="chunkLength"/> bytes for one chunk, padded with zeros to a multiple of four.
    /// </summary>
    public bool TryReserve(int chunkLength, out Span<byte> chunk)
    {
        var padded = Padding.Pad(chunkLength);
        if (padded > Room)
        {
            chunk = default;
            return false;
        }

        chunk = _packet.Slice(_length, chunkLength);
        _packet[(_length + chunkLength)..(_length + padded)].Clear();
        _length += padded;
        return true;
    }

    /// <summary>Writes a chunk that has no value.</summary>
    public bool TryWriteEmpty(ChunkType type, byte flags = 0)
    {
        if (!TryReserve(ChunkReader.HeaderLength, out var chunk))
        {
            return false;
        }

        ChunkReader.WriteHeader(chunk, type, flags, ChunkReader.HeaderLength);
        return true;
    }

    /// <summary>Writes the header and returns the packet's length in bytes.</summary>
    public readonly int Finish(CommonHeader header, bool hasChecksum = true)
    {
        header.Write(_packet[.._length], hasChecksum);
        return _length;
    }
}
