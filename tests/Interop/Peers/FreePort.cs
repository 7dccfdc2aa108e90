using System.Net;
using System.Net.Sockets;

namespace QuicPair.Interop.Peers;

/// <summary>A port for a program that must be told one before it starts.</summary>
internal static class FreePort
{
    // Below the range from which systems take the ports of outgoing connections and of sockets that name none:
    // one from there may be gone before the program binds it, or while it restarts.
    private const int First = 20_000;
    private const int Count = 10_000;
    private const int Attempts = 200;

    // One after the other, so that none is given twice before its program has bound it.
    private static uint _last = (uint)Random.Shared.Next(Count);

    /// <summary>A port that nothing on this machine has, for UDP and TCP.</summary>
    public static int Next()
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var port = First + (int)(Interlocked.Increment(ref _last) % Count);
            if (IsFree(port, SocketType.Stream, ProtocolType.Tcp) && IsFree(port, SocketType.Dgram, ProtocolType.Udp))
            {
                return port;
            }
        }

        throw new InvalidOperationException($"No port from {First} to {First + Count - 1} is free.");
    }

    private static bool IsFree(int port, SocketType type, ProtocolType protocol)
    {
        using var probe = new Socket(AddressFamily.InterNetwork, type, protocol);
        try
        {
            probe.Bind(new IPEndPoint(IPAddress.Any, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
