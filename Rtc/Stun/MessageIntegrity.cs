using System.Buffers.Binary;
using System.Security.Cryptography;

namespace QuicPair.Rtc.Stun;

/// <summary>The HMAC-SHA1 of a message up to the attribute itself (RFC 8489, section 14.5).</summary>
internal static class MessageIntegrity
{
    /// <summary>Length of the attribute's value, in bytes.</summary>
    public const int Length = 20;

    /// <summary>Length of the attribute with its header, in bytes.</summary>
    public const int AttributeLength = 4 + Length;

    /// <summary>
    /// Whether <paramref name="message"/> carries at <paramref name="offset"/> the HMAC under this key.
    /// </summary>
    public static bool Verify(ReadOnlySpan<byte> message, int offset, ReadOnlySpan<byte> key)
    {
        Span<byte> copy = stackalloc byte[StunMessage.MaximumLength];
        copy = copy[..offset];
        message[..offset].CopyTo(copy);
        Span<byte> expected = stackalloc byte[Length];
        Compute(copy, key, expected);
        return CryptographicOperations.FixedTimeEquals(expected, message.Slice(offset + 4, Length));
    }

    /// <summary>
    /// Writes the HMAC of <paramref name="prefix"/> (header to the byte before the attribute), whose length
    /// field is set to "point to the end of the MESSAGE-INTEGRITY attribute".
    /// </summary>
    public static void Compute(Span<byte> prefix, ReadOnlySpan<byte> key, Span<byte> destination)
    {
        var length = prefix.Length - StunHeader.Length + AttributeLength;
        BinaryPrimitives.WriteUInt16BigEndian(prefix[2..], (ushort)length);
#pragma warning disable CA5350 // ICE (RFC 8445, 7.2.2) authenticates checks with HMAC-SHA1 and nothing else.
        _ = HMACSHA1.HashData(key, prefix, destination);
#pragma warning restore CA5350
    }
}
