using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Stun;

/// <summary>
/// The fixed header of every message (RFC 8489, section 5).
/// <code>
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |0 0|     STUN Message Type     |         Message Length        |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                         Magic Cookie                          |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                     Transaction ID (96 bits)                  |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// </code>
/// </summary>
internal readonly record struct StunHeader(StunClass Class, StunMethod Method, TransactionId TransactionId)
{
    /// <summary>Length on the wire, in bytes.</summary>
    public const int Length = 20;

    public const uint MagicCookie = 0x2112_A442;

    /// <summary>Reads the header; the message length must be exactly what follows it.</summary>
    public static bool TryParse(ReadOnlySpan<byte> datagram, out StunHeader header)
    {
        header = default;
        var reader = new SpanReader(datagram);
        if (!reader.TryReadUInt16(out var type) || !reader.TryReadUInt16(out var length)
            || !reader.TryReadUInt32(out var cookie) || !reader.TryReadUInt32(out var high)
            || !reader.TryReadUInt64(out var low))
        {
            return false;
        }

        // "The most significant 2 bits of every STUN message MUST be zeroes"; attributes are padded to 4
        // bytes.
        if ((type & 0xC000) != 0 || cookie != MagicCookie || length % 4 != 0 || length != reader.Remaining)
        {
            return false;
        }

        var messageClass = ((type & 0x0100) >> 7) | ((type & 0x0010) >> 4);
        var method = (type & 0x000F) | ((type & 0x00E0) >> 1) | ((type & 0x3E00) >> 2);
        header = new((StunClass)messageClass, (StunMethod)method, new TransactionId(high, low));
        return true;
    }

    /// <summary>
    /// Writes the header with the message length 0, to be patched when the message is complete.
    /// </summary>
    public void Write(ref SpanWriter writer)
    {
        var messageClass = (int)Class;
        var method = (int)Method;
        var type = ((messageClass & 0b10) << 7) | ((messageClass & 0b01) << 4)
            | (method & 0x000F) | ((method & 0x0070) << 1) | ((method & 0x0F80) << 2);
        writer.WriteUInt16((ushort)type);
        writer.WriteUInt16(0);
        writer.WriteUInt32(MagicCookie);
        writer.WriteUInt32(TransactionId.High);
        writer.WriteUInt64(TransactionId.Low);
    }
}
