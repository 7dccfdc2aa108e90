using System.Buffers.Binary;

namespace QuicPair.Rtc.Dtls;

/// <summary>
/// The head of a DTLS 1.2 record (RFC 6347, section 4.1).
/// <code>
///  0      1        3      5              11      13
/// +------+--------+------+--------------+-------+----------
/// | type | version| epoch| record number| length| fragment
/// +------+--------+------+--------------+-------+----------
/// </code>
/// </summary>
internal readonly record struct RecordHeader(
    ContentType Type, ushort Version, ushort Epoch, ulong Sequence, int FragmentLength)
{
    /// <summary>Bytes of the head.</summary>
    public const int Length = 13;

    /// <summary>The version field of DTLS 1.2; a first ClientHello carries that of 1.0.</summary>
    public const ushort Dtls12 = 0xFEFD;

    /// <summary>Bytes of the whole record.</summary>
    public int RecordLength => Length + FragmentLength;

    /// <summary>
    /// Reads the head of the record at the front of <paramref name="datagram"/>, which must hold all of it.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> datagram, out RecordHeader header)
    {
        header = default;
        if (datagram.Length < Length || datagram[0] is < 20 or > 63 || datagram[1] != 0xFE) return false;

        header = new RecordHeader(
            (ContentType)datagram[0],
            BinaryPrimitives.ReadUInt16BigEndian(datagram[1..]),
            BinaryPrimitives.ReadUInt16BigEndian(datagram[3..]),
            BinaryPrimitives.ReadUInt64BigEndian(datagram[3..]) & 0xFFFF_FFFF_FFFF,
            BinaryPrimitives.ReadUInt16BigEndian(datagram[11..]));
        return datagram.Length >= header.RecordLength;
    }

    /// <summary>Writes the head.</summary>
    public void Write(Span<byte> destination)
    {
        destination[0] = (byte)Type;
        BinaryPrimitives.WriteUInt16BigEndian(destination[1..], Version);
        BinaryPrimitives.WriteUInt64BigEndian(destination[3..], ((ulong)Epoch << 48) | Sequence);
        BinaryPrimitives.WriteUInt16BigEndian(destination[11..], (ushort)FragmentLength);
    }
}
