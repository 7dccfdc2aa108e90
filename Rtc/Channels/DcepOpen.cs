using System.Buffers.Binary;
using System.Text;

namespace QuicPair.Rtc.Channels;

/// <summary>
/// DATA_CHANNEL_OPEN (RFC 8832 section 5.1).
/// <code>
/// |  Message Type |  Channel Type |            Priority           |
/// |                    Reliability Parameter                      |
/// |         Label Length          |       Protocol Length         |
/// \                             Label                             /
/// \                            Protocol                           /
/// </code>
/// </summary>
internal static class DcepOpen
{
    private const int HeaderLength = 12;
    private const byte UnorderedFlag = 0x80;
    private const byte Retransmissions = 0x01;
    private const byte Lifetime = 0x02;

    public static int Length(ChannelParameters parameters) =>
        HeaderLength
        + Encoding.UTF8.GetByteCount(parameters.Label)
        + Encoding.UTF8.GetByteCount(parameters.Protocol);

    public static bool TryParse(ReadOnlySpan<byte> message, out ChannelParameters? parameters)
    {
        parameters = null;
        if (message.Length < HeaderLength || message[0] != (byte)DcepMessageType.Open)
        {
            return false;
        }

        var labelLength = BinaryPrimitives.ReadUInt16BigEndian(message[8..]);
        var protocolLength = BinaryPrimitives.ReadUInt16BigEndian(message[10..]);
        var kind = message[1] & ~UnorderedFlag;
        if (message.Length != HeaderLength + labelLength + protocolLength || kind > Lifetime)
        {
            return false;
        }

        var limit = BinaryPrimitives.ReadUInt32BigEndian(message[4..]);
        parameters = new ChannelParameters
        {
            Ordered = (message[1] & UnorderedFlag) == 0,
            Priority = BinaryPrimitives.ReadUInt16BigEndian(message[2..]),
            RetransmissionsMax = kind == Retransmissions ? (int)Math.Min(limit, int.MaxValue) : null,
            LifetimeMax = kind == Lifetime ? TimeSpan.FromMilliseconds(limit) : null,
            Label = Encoding.UTF8.GetString(message.Slice(HeaderLength, labelLength)),
            Protocol = Encoding.UTF8.GetString(message[(HeaderLength + labelLength)..]),
        };
        return true;
    }

    public static void Write(Span<byte> message, ChannelParameters parameters)
    {
        var kind = parameters.RetransmissionsMax is not null ? Retransmissions
            : parameters.LifetimeMax is not null ? Lifetime
            : (byte)0;
        var limit = parameters.RetransmissionsMax is { } retransmissions ? (uint)retransmissions
            : parameters.LifetimeMax is { } life ? (uint)Math.Clamp(life.TotalMilliseconds, 0, uint.MaxValue)
            : 0u;
        message[0] = (byte)DcepMessageType.Open;
        message[1] = (byte)(kind | (parameters.Ordered ? 0 : UnorderedFlag));
        BinaryPrimitives.WriteUInt16BigEndian(message[2..], parameters.Priority);
        BinaryPrimitives.WriteUInt32BigEndian(message[4..], limit);
        var label = Encoding.UTF8.GetBytes(parameters.Label, message[HeaderLength..]);
        var protocol = Encoding.UTF8.GetBytes(parameters.Protocol, message[(HeaderLength + label)..]);
        BinaryPrimitives.WriteUInt16BigEndian(message[8..], (ushort)label);
        BinaryPrimitives.WriteUInt16BigEndian(message[10..], (ushort)protocol);
    }
}
