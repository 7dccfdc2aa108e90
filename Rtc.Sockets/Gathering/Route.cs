using System.Net;
using System.Net.Sockets;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Sockets.Gathering;

/// <summary>The system's choice of an interface.</summary>
internal static class Route
{
    /// <summary>
    /// The address of this machine that packets to <paramref name="server"/> leave from; null when there is no way.
    /// Nothing is sent.
    /// </summary>
    public static IPAddress? To(TransportAddress server)
    {
        var address = server.ToIPAddress();
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(new IPEndPoint(address, server.Port));
            return ((IPEndPoint)socket.LocalEndPoint!).Address;
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
