using System.Buffers.Binary;
using QuicPair.Rtc.Machine;

namespace QuicPair.Rtc.Stun;

/// <summary>The 96 bits that tie a response to its request (RFC 8489, section 5), chosen at random.</summary>
internal readonly record struct TransactionId(uint High, ulong Low)
{
    /// <summary>Length on the wire, in bytes.</summary>
    public const int Length = 12;

    public static TransactionId Create(IEntropy entropy)
    {
        Span<byte> bytes = stackalloc byte[Length];
        entropy.Fill(bytes);
        var high = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        return new(high, BinaryPrimitives.ReadUInt64BigEndian(bytes[4..]));
    }
}
