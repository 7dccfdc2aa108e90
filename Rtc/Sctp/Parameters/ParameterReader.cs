using System.Buffers.Binary;

namespace QuicPair.Rtc.Sctp.Parameters;

/// <summary>
/// Walks over the parameters of a chunk or the causes of an error (RFC 9260 section 3.2.1).
/// <code>
/// |        Parameter Type         |       Parameter Length        |
/// \                        Parameter Value                        /
/// </code>
/// </summary>
internal ref struct ParameterReader(ReadOnlySpan<byte> parameters)
{
    public const int HeaderLength = 4;

    private ReadOnlySpan<byte> _rest = parameters;

    public readonly bool HasMore => !_rest.IsEmpty;

    /// <summary>The next parameter with its header and without padding.</summary>
    public bool TryRead(out ParameterType type, out ReadOnlySpan<byte> parameter)
    {
        type = default;
        parameter = default;
        if (_rest.Length < HeaderLength)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt16BigEndian(_rest[2..]);
        if (length < HeaderLength || length > _rest.Length)
        {
            return false;
        }

        type = (ParameterType)BinaryPrimitives.ReadUInt16BigEndian(_rest);
        parameter = _rest[..length];
        _rest = _rest[Math.Min(Padding.Pad(length), _rest.Length)..];
        return true;
    }

    /// <summary>
    /// Writes a parameter with <paramref name="value"/> and its padding; returns the bytes used.
    /// </summary>
    public static int Write(Span<byte> destination, ParameterType type, ReadOnlySpan<byte> value)
    {
        WriteHeader(destination, type, HeaderLength + value.Length);
        value.CopyTo(destination[HeaderLength..]);
        var padded = Padding.Pad(HeaderLength + value.Length);
        destination[(HeaderLength + value.Length)..padded].Clear();
        return padded;
    }

    public static void WriteHeader(Span<byte> destination, ParameterType type, int length)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)length);
    }
}
