using System.Buffers.Binary;
using QuicPair.Rtc.Sctp.Chunks;

namespace QuicPair.Rtc.Sctp;

/// <summary>
/// The first twelve bytes of every packet (RFC 9260 section 3.1).
/// <code>
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |      Source Port Number       |    Destination Port Number    |
/// |                       Verification Tag                        |
/// |                           Checksum                            |
/// </code>
/// </summary>
/// <param name="SourcePort">The sender's SCTP port.</param>
/// <param name="DestinationPort">The receiver's SCTP port.</param>
/// <param name="VerificationTag">The receiver's tag; zero in a packet with INIT.</param>
internal readonly record struct CommonHeader(ushort SourcePort, ushort DestinationPort, uint VerificationTag)
{
    public const int Length = 12;

    /// <summary>
    /// Reads the header of a packet whose checksum is right, or zero where that is acceptable: where we have said so
    /// (RFC 9653 section 5.3), and not with INIT and COOKIE ECHO, whose senders cannot know.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> packet, out CommonHeader header)
    {
        header = default;
        if (packet.Length < Length || !HasChecksum(packet))
        {
            return false;
        }

        header = new CommonHeader(
            BinaryPrimitives.ReadUInt16BigEndian(packet),
            BinaryPrimitives.ReadUInt16BigEndian(packet[2..]),
            BinaryPrimitives.ReadUInt32BigEndian(packet[4..]));
        return true;
    }

    /// <summary>
    /// Writes the header in front of the finished <paramref name="packet"/>, with its checksum or zero.
    /// </summary>
    public void Write(Span<byte> packet, bool hasChecksum = true)
    {
        BinaryPrimitives.WriteUInt16BigEndian(packet, SourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], DestinationPort);
        BinaryPrimitives.WriteUInt32BigEndian(packet[4..], VerificationTag);
        BinaryPrimitives.WriteUInt32LittleEndian(packet[8..], hasChecksum ? Crc32C.OfPacket(packet) : 0);
    }

    private static bool HasChecksum(ReadOnlySpan<byte> packet)
    {
        var checksum = BinaryPrimitives.ReadUInt32LittleEndian(packet[8..]);
        var isAcceptableZero = checksum == 0
            && packet.Length > Length
            && (ChunkType)packet[Length] is not (ChunkType.Init or ChunkType.CookieEcho);
        return isAcceptableZero || checksum == Crc32C.OfPacket(packet);
    }
}
