using System.Net;
using System.Net.Sockets;

namespace QuicPair.Cluster.Door;

/// <summary>Sockets that notice soon when the other end, or a router between, has forgotten the connection.</summary>
internal static class DoorSocket
{
    // Ours, seconds: a connection without an answer ends after about nine. A Mac that is only frozen answers: its
    // kernel does.
    private const int QuietBeforeProbe = 3;
    private const int BetweenProbes = 2;
    private const int Probes = 3;
    private const int Unanswered = QuietBeforeProbe + (BetweenProbes * Probes);

    // Linux, tcp(7): milliseconds that written bytes may stay unacknowledged. .NET has no name for it.
    private const int UserTimeout = 18;

    /// <summary>Dials an address or a host name.</summary>
    /// <exception cref="SocketException">It cannot be reached.</exception>
    public static async Task<NetworkStream> Dial(DnsEndPoint at, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            Watch(socket);
            await socket.ConnectAsync(at.Host, at.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sets the limits.</summary>
    public static void Watch(Socket socket)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, QuietBeforeProbe);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, BetweenProbes);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, Probes);
        if (OperatingSystem.IsLinux())
        {
            socket.SetRawSocketOption((int)ProtocolType.Tcp, UserTimeout, BitConverter.GetBytes(Unanswered * 1000));
        }
    }
}
