using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Sockets.Loop;

/// <summary>
/// Reads and writes the operating system's address structures without allocating. Port and address stand at the
/// same offsets on Linux, macOS and Windows.
/// </summary>
internal static class SocketAddresses
{
    private const int PortOffset = 2;
    private const int AddressOffset4 = 4;
    private const int AddressOffset6 = 8;

    public static TransportAddress Read(SocketAddress source)
    {
        var bytes = source.Buffer.Span;
        var port = BinaryPrimitives.ReadUInt16BigEndian(bytes[PortOffset..]);
        var address = source.Family == AddressFamily.InterNetwork
            ? bytes.Slice(AddressOffset4, 4)
            : bytes.Slice(AddressOffset6, 16);
        _ = TransportAddress.TryCreate(address, port, out var result);
        return result;
    }

    public static void Write(TransportAddress address, SocketAddress destination)
    {
        var bytes = destination.Buffer.Span;
        BinaryPrimitives.WriteUInt16BigEndian(bytes[PortOffset..], address.Port);
        if (destination.Family == AddressFamily.InterNetwork) address.WriteAddress(bytes[AddressOffset4..]);
        else address.WriteAddress16(bytes[AddressOffset6..]);
    }
}
