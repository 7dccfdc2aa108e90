using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Dtls.Messages;

/// <summary>
/// The head of a handshake message or of a fragment of one (RFC 6347, section 4.2.2).
/// <code>
///  0      1          4           6                 9                 12
/// +------+----------+-----------+-----------------+-----------------+--------
/// | type | length   | msg number| fragment offset | fragment length | fragment
/// +------+----------+-----------+-----------------+-----------------+--------
/// </code>
/// </summary>
internal readonly record struct MessageHeader(
    HandshakeType Type, int MessageLength, ushort Sequence, int FragmentOffset, int FragmentLength)
{
    /// <summary>Bytes of the head.</summary>
    public const int Length = 12;

    /// <summary>Reads the head of a fragment that lies within its message.</summary>
    public static bool TryParse(scoped ref SpanReader reader, out MessageHeader header)
    {
        header = default;
        if (!reader.TryReadByte(out var type)
            || !reader.TryReadUInt24(out var length)
            || !reader.TryReadUInt16(out var sequence)
            || !reader.TryReadUInt24(out var offset)
            || !reader.TryReadUInt24(out var fragment)
            || offset + fragment > length)
        {
            return false;
        }

        header = new MessageHeader((HandshakeType)type, length, sequence, offset, fragment);
        return true;
    }

    public void Write(ref SpanWriter writer)
    {
        writer.WriteByte((byte)Type);
        writer.WriteUInt24(MessageLength);
        writer.WriteUInt16(Sequence);
        writer.WriteUInt24(FragmentOffset);
        writer.WriteUInt24(FragmentLength);
    }
}
