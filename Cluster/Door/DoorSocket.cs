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

    /// <summary>Dials an address, or the addresses of a host name.</summary>
    /// <exception cref="SocketException">It cannot be reached.</exception>
    public static async Task<NetworkStream> Dial(DnsEndPoint at, TimeProvider time, CancellationToken cancellation) =>
        await Dial(await Find(at.Host, cancellation), at.Port, time, cancellation);

    /// <summary>Dials several addresses of one machine, the best first.</summary>
    /// <exception cref="SocketException">None can be reached.</exception>
    internal static Task<NetworkStream> Dial(
        IReadOnlyCollection<IPAddress> addresses, int port, TimeProvider time, CancellationToken cancellation) =>
        AddressRace.Run(
            addresses, (address, end) => Connect(new IPEndPoint(address, port), end), time, cancellation);

    /// <summary>Listens; at <c>[::]</c> for both families, for IPv4 alone where the system has no IPv6.</summary>
    /// <exception cref="SocketException">Nothing can listen there.</exception>
    public static TcpListener Listen(IPEndPoint at)
    {
        try
        {
            return Open(at);
        }
        catch (SocketException cause) when (at.Address.Equals(IPAddress.IPv6Any)
            && cause.SocketErrorCode != SocketError.AddressAlreadyInUse)
        {
            // A kernel may know IPv6 and have it switched off.
            return Open(new IPEndPoint(IPAddress.Any, at.Port));
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

    // An address needs no resolver, which refuses those that mean this machine.
    private static async Task<IPAddress[]> Find(string host, CancellationToken cancellation) =>
        IPAddress.TryParse(host, out var address)
            ? [Dialled(address)]
            : await Dns.GetHostAddressesAsync(host, cancellation);

    private static IPAddress Dialled(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (plain.Equals(IPAddress.Any)) return IPAddress.Loopback;
        return plain.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : plain;
    }

    private static async Task<NetworkStream> Connect(IPEndPoint at, CancellationToken cancellation)
    {
        var socket = new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            Watch(socket);
            await socket.ConnectAsync(at, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static TcpListener Open(IPEndPoint at)
    {
        var listener = new TcpListener(at);
        try
        {
            if (at.Address.Equals(IPAddress.IPv6Any))
            {
                listener.Server.DualMode = true;
            }

            listener.Start();
            return listener;
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }
}
