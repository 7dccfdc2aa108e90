using System.Buffers.Binary;

namespace QuicPair.Rtc.Wire;

/// <summary>
/// Reads big-endian values front to back. A read that does not fit returns false, consumes nothing and
/// never throws.
/// </summary>
internal ref struct SpanReader(ReadOnlySpan<byte> source)
{
    private readonly ReadOnlySpan<byte> _source = source;

    /// <summary>Bytes consumed so far.</summary>
    public int Position { get; private set; }

    /// <summary>Bytes left to read.</summary>
    public readonly int Remaining => _source.Length - Position;

    /// <summary>Everything that has not been read yet.</summary>
    public readonly ReadOnlySpan<byte> Rest => _source[Position..];

    public bool TryReadByte(out byte value)
    {
        value = 0;
        if (Remaining < sizeof(byte)) return false;
        value = _source[Position++];
        return true;
    }

    public bool TryReadUInt16(out ushort value)
    {
        if (!BinaryPrimitives.TryReadUInt16BigEndian(Rest, out value)) return false;
        Position += sizeof(ushort);
        return true;
    }

    public bool TryReadUInt24(out int value)
    {
        value = 0;
        if (Remaining < 3) return false;
        value = (Rest[0] << 16) | BinaryPrimitives.ReadUInt16BigEndian(Rest[1..]);
        Position += 3;
        return true;
    }

    public bool TryReadUInt32(out uint value)
    {
        if (!BinaryPrimitives.TryReadUInt32BigEndian(Rest, out value)) return false;
        Position += sizeof(uint);
        return true;
    }

    public bool TryReadUInt64(out ulong value)
    {
        if (!BinaryPrimitives.TryReadUInt64BigEndian(Rest, out value)) return false;
        Position += sizeof(ulong);
        return true;
    }

    public bool TryReadBytes(int count, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if ((uint)count > (uint)Remaining) return false;
        bytes = _source.Slice(Position, count);
        Position += count;
        return true;
    }

    /// <summary>Reads bytes behind their own count, which has one byte (TLS: opaque&lt;0..2^8-1&gt;).</summary>
    public bool TryReadVector8(out ReadOnlySpan<byte> bytes)
    {
        var start = Position;
        if (TryReadByte(out var count) && TryReadBytes(count, out bytes)) return true;
        Position = start;
        bytes = default;
        return false;
    }

    /// <summary>Reads bytes behind their own count, which has two bytes.</summary>
    public bool TryReadVector16(out ReadOnlySpan<byte> bytes)
    {
        var start = Position;
        if (TryReadUInt16(out var count) && TryReadBytes(count, out bytes)) return true;
        Position = start;
        bytes = default;
        return false;
    }

    /// <summary>Reads bytes behind their own count, which has three bytes.</summary>
    public bool TryReadVector24(out ReadOnlySpan<byte> bytes)
    {
        var start = Position;
        if (TryReadUInt24(out var count) && TryReadBytes(count, out bytes)) return true;
        Position = start;
        bytes = default;
        return false;
    }

    public bool TrySkip(int count)
    {
        if ((uint)count > (uint)Remaining) return false;
        Position += count;
        return true;
    }
}
