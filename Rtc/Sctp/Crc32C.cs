using System.Buffers.Binary;
using System.Numerics;

namespace QuicPair.Rtc.Sctp;

/// <summary>
/// The checksum of an SCTP packet, by the processor's instruction where it has one (RFC 9260 appendix A).
/// </summary>
internal static class Crc32C
{
    /// <summary>
    /// The checksum of <paramref name="packet"/> with its checksum field (bytes 8 to 11) taken as zero.
    /// </summary>
    public static uint OfPacket(ReadOnlySpan<byte> packet)
    {
        var crc = BitOperations.Crc32C(uint.MaxValue, BinaryPrimitives.ReadUInt64LittleEndian(packet));
        crc = BitOperations.Crc32C(crc, 0u);
        return ~Continue(crc, packet[12..]);
    }

    /// <summary>The checksum of <paramref name="bytes"/>.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes) => ~Continue(uint.MaxValue, bytes);

    private static uint Continue(uint crc, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return crc;
    }
}
