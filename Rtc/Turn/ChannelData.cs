using System.Buffers.Binary;

namespace QuicPair.Rtc.Turn;

/// <summary>
/// A payload with the number of its channel in front (RFC 8656, section 12.4). Over a stream it is padded to four
/// bytes (12.5).
/// <code>
/// |         Channel Number        |            Length             |
/// |                       Application Data                        |
/// </code>
/// </summary>
internal static class ChannelData
{
    public const int HeaderLength = 4;

    /// <summary>Whether the first byte is that of a channel number (RFC 8656, section 12).</summary>
    public static bool IsChannelData(ReadOnlySpan<byte> message) => message is [>= 0x40 and <= 0x4F, ..];

    /// <summary>Writes number, length and payload; 0 when they do not fit.</summary>
    public static int Write(Span<byte> destination, ushort channel, ReadOnlySpan<byte> payload, bool isPadded)
    {
        var length = HeaderLength + payload.Length;
        var padded = isPadded ? (length + 3) & ~3 : length;
        if (padded > destination.Length || payload.Length > ushort.MaxValue) return 0;
        BinaryPrimitives.WriteUInt16BigEndian(destination, channel);
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)payload.Length);
        payload.CopyTo(destination[HeaderLength..]);
        destination[length..padded].Clear();
        return padded;
    }

    /// <summary>Reads it; what follows the payload is padding (12.5: over UDP "it MAY be included").</summary>
    public static bool TryParse(ReadOnlySpan<byte> message, out ushort channel, out ReadOnlySpan<byte> payload)
    {
        channel = 0;
        payload = default;
        if (!IsChannelData(message) || message.Length < HeaderLength) return false;
        channel = BinaryPrimitives.ReadUInt16BigEndian(message);
        var length = BinaryPrimitives.ReadUInt16BigEndian(message[2..]);
        if (length > message.Length - HeaderLength) return false;
        payload = message.Slice(HeaderLength, length);
        return true;
    }
}
