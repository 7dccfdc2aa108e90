using System.Buffers.Binary;

namespace QuicPair.Rtc.Wire;

/// <summary>
/// Writes big-endian values front to back. A write that does not fit writes nothing and sets
/// <see cref="HasOverflowed"/>, after which every write is ignored: check once at the end.
/// </summary>
internal ref struct SpanWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;

    /// <summary>Bytes written so far.</summary>
    public int Position { get; private set; }

    /// <summary>Whether some write did not fit.</summary>
    public bool HasOverflowed { get; private set; }

    /// <summary>Bytes that still fit.</summary>
    public readonly int Remaining => _destination.Length - Position;

    /// <summary>What has been written; writable, so that lengths and checksums can be patched in.</summary>
    public readonly Span<byte> Written => _destination[..Position];

    public void WriteByte(byte value)
    {
        if (TryReserve(sizeof(byte), out var span)) span[0] = value;
    }

    public void WriteUInt16(ushort value)
    {
        if (TryReserve(sizeof(ushort), out var span)) BinaryPrimitives.WriteUInt16BigEndian(span, value);
    }

    public void WriteUInt24(int value)
    {
        if (!TryReserve(3, out var span)) return;
        span[0] = (byte)(value >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(span[1..], (ushort)value);
    }

    public void WriteUInt32(uint value)
    {
        if (TryReserve(sizeof(uint), out var span)) BinaryPrimitives.WriteUInt32BigEndian(span, value);
    }

    public void WriteUInt64(ulong value)
    {
        if (TryReserve(sizeof(ulong), out var span)) BinaryPrimitives.WriteUInt64BigEndian(span, value);
    }

    public void WriteBytes(scoped ReadOnlySpan<byte> bytes)
    {
        if (TryReserve(bytes.Length, out var span)) bytes.CopyTo(span);
    }

    public void WriteZeros(int count)
    {
        if (TryReserve(count, out var span)) span.Clear();
    }

    /// <summary>
    /// Takes <paramref name="count"/> bytes to be filled by the caller; they keep what the buffer held.
    /// </summary>
    public bool TryReserve(int count, out Span<byte> span)
    {
        span = default;
        if (HasOverflowed || (uint)count > (uint)Remaining)
        {
            HasOverflowed = true;
            return false;
        }

        span = _destination.Slice(Position, count);
        Position += count;
        return true;
    }
}
