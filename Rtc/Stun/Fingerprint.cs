using System.Buffers.Binary;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Stun;

/// <summary>
/// The CRC-32 of a message up to the attribute itself, XORed with 0x5354554E (RFC 8489, section 14.7). It is
/// the last attribute, so the length field of a complete message is already the one that is summed.
/// </summary>
internal static class Fingerprint
{
    /// <summary>Length of the attribute with its header, in bytes.</summary>
    public const int AttributeLength = 8;

    private const uint Mask = 0x5354_554E;

    public static uint Compute(ReadOnlySpan<byte> prefix) => Crc32.Compute(prefix) ^ Mask;

    /// <summary>
    /// Whether <paramref name="message"/> ends in a right fingerprint that starts at this offset.
    /// </summary>
    public static bool Verify(ReadOnlySpan<byte> message, int offset) =>
        offset + AttributeLength == message.Length
        && BinaryPrimitives.ReadUInt32BigEndian(message[(offset + 4)..]) == Compute(message[..offset]);
}
