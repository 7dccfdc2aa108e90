using System.Buffers.Binary;
using System.Net;

namespace QuicPair.Nat.Lab;

/// <summary>What the internet reads of an IPv4 packet.</summary>
internal readonly ref struct IpPacket
{
    private const int Tcp = 6;
    private const int Udp = 17;
    private readonly ReadOnlySpan<byte> _bytes;

    private IpPacket(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    public uint Source => BinaryPrimitives.ReadUInt32BigEndian(_bytes[12..]);

    public uint Destination => BinaryPrimitives.ReadUInt32BigEndian(_bytes[16..]);

    public bool IsUdp => _bytes[9] == Udp;

    public bool IsTcp => _bytes[9] == Tcp;

    public ushort SourcePort => BinaryPrimitives.ReadUInt16BigEndian(Body);

    public ushort DestinationPort => BinaryPrimitives.ReadUInt16BigEndian(Body[2..]);

    /// <summary>What follows the UDP header.</summary>
    public ReadOnlySpan<byte> Payload => IsUdp ? Body[8..] : [];

    private ReadOnlySpan<byte> Body => _bytes[((_bytes[0] & 15) * 4)..];

    public static bool TryRead(ReadOnlySpan<byte> bytes, out IpPacket packet)
    {
        packet = new IpPacket(bytes);
        return bytes.Length >= 28 && bytes[0] >> 4 == 4 && bytes.Length >= ((bytes[0] & 15) * 4) + 8;
    }

    public static uint Number(string address) =>
        BinaryPrimitives.ReadUInt32BigEndian(IPAddress.Parse(address).GetAddressBytes());
}
