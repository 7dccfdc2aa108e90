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
        Span<byte> mask = stackalloc byte[16];
        WriteMask(mask, id);
        return TryParse(value, mask, (ushort)(StunHeader.MagicCookie >> 16), out address);
    }

    /// <summary>Reads the same without the XOR, as in ALTERNATE-SERVER (RFC 8489, section 14.15).</summary>
    public static bool TryParsePlain(ReadOnlySpan<byte> value, out TransportAddress address) =>
        TryParse(value, stackalloc byte[16], 0, out address);

    private static bool TryParse(
        ReadOnlySpan<byte> value, scoped ReadOnlySpan<byte> mask, ushort portMask, out TransportAddress address)
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
        Mask(bytes[..length], mask);
        var port = (ushort)(maskedPort ^ portMask);
        return TransportAddress.TryCreate(bytes[..length], port, out address);
    }

    /// <summary>Length of the attribute's value, in bytes.</summary>
    public static int Length(TransportAddress address) => 4 + address.AddressLength;

    public static void Write(ref SpanWriter writer, TransportAddress address, TransactionId id)
    {
        Span<byte> mask = stackalloc byte[16];
        WriteMask(mask, id);
        Write(ref writer, address, mask, (ushort)(StunHeader.MagicCookie >> 16));
    }

    public static void WritePlain(ref SpanWriter writer, TransportAddress address) =>
        Write(ref writer, address, stackalloc byte[16], 0);

    private static void Write(
        ref SpanWriter writer, TransportAddress address, scoped ReadOnlySpan<byte> mask, ushort portMask)
    {
        writer.WriteByte(0);
        writer.WriteByte(address.IsIPv4 ? FamilyIPv4 : FamilyIPv6);
        writer.WriteUInt16((ushort)(address.Port ^ portMask));
        if (!writer.TryReserve(address.AddressLength, out var span)) return;
        _ = address.WriteAddress(span);
        Mask(span, mask);
    }

    private static void WriteMask(Span<byte> mask, TransactionId id)
    {
        BinaryPrimitives.WriteUInt32BigEndian(mask, StunHeader.MagicCookie);
        BinaryPrimitives.WriteUInt32BigEndian(mask[4..], id.High);
        BinaryPrimitives.WriteUInt64BigEndian(mask[8..], id.Low);
    }

    private static void Mask(Span<byte> address, ReadOnlySpan<byte> mask)
    {
        for (var index = 0; index < address.Length; index++)
        {
            address[index] ^= mask[index];
        }
    }
}
