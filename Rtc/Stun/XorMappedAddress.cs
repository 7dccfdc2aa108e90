using System.Buffers.Binary;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Stun;

/// <summary>
/// The sender's address as the server saw it, XORed with the magic cookie and the transaction id so that no
/// NAT rewrites it (RFC 8489, section 14.2).
/// <code>
/// |0 0 0 0 0 0 0 0|    Family     |         X-Port                |
/// |                X-Address (Variable)                           |
/// </code>
/// </summary>
internal static class XorMappedAddress
{
    private const byte FamilyIPv4 = 0x01;
    private const byte FamilyIPv6 = 0x02;

    public static bool TryParse(ReadOnlySpan<byte> value, TransactionId id, out TransportAddress address)
    {
        address = default;
        var reader = new SpanReader(value);
        if (!reader.TryReadByte(out _) || !reader.TryReadByte(out var family)
            || !reader.TryReadUInt16(out var maskedPort))
        {
            return false;
        }

        var length = family switch { FamilyIPv4 => 4, FamilyIPv6 => 16, _ => -1 };
        if (reader.Remaining != length) return false;

        Span<byte> bytes = stackalloc byte[16];
        reader.Rest.CopyTo(bytes);
        Mask(bytes[..length], id);
        var port = (ushort)(maskedPort ^ (StunHeader.MagicCookie >> 16));
        return TransportAddress.TryCreate(bytes[..length], port, out address);
    }

    /// <summary>Length of the attribute's value, in bytes.</summary>
    public static int Length(TransportAddress address) => 4 + address.AddressLength;

    public static void Write(ref SpanWriter writer, TransportAddress address, TransactionId id)
    {
        writer.WriteByte(0);
        writer.WriteByte(address.IsIPv4 ? FamilyIPv4 : FamilyIPv6);
        writer.WriteUInt16((ushort)(address.Port ^ (StunHeader.MagicCookie >> 16)));
        if (!writer.TryReserve(address.AddressLength, out var span)) return;
        _ = address.WriteAddress(span);
        Mask(span, id);
    }

    private static void Mask(Span<byte> address, TransactionId id)
    {
        Span<byte> mask = stackalloc byte[16];
        BinaryPrimitives.WriteUInt32BigEndian(mask, StunHeader.MagicCookie);
        BinaryPrimitives.WriteUInt32BigEndian(mask[4..], id.High);
        BinaryPrimitives.WriteUInt64BigEndian(mask[8..], id.Low);
        for (var index = 0; index < address.Length; index++)
        {
            address[index] ^= mask[index];
        }
    }
}
