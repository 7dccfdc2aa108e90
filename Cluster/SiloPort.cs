using System.Net;
using System.Net.Sockets;

namespace QuicPair.Cluster;

/// <summary>The port of a silo to which none was given.</summary>
internal static class SiloPort
{
    // Below the range from which systems take the ports of outgoing connections and of sockets that name none: the silo
    // binds it later, and one of those may be gone by then.
    private const int First = 10_000;
    private const int Count = 10_000;
    private const int Attempts = 200;

    // Of silos and front doors that say theirs, and Ollama's, which may start later.
    private static readonly int[] Others = [11_111, 11_112, 11_434];

    /// <summary>One that nothing has at this address.</summary>
    /// <exception cref="SocketException">This machine does not have the address.</exception>
    /// <exception cref="InvalidOperationException">None was found.</exception>
    public static int FindFree(IPAddress address)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var port = First + Random.Shared.Next(Count);
            if (Others.Contains(port)) continue;

            // Some systems let one address of a port be taken that another program has for all.
            var any = address.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any;
            if (IsFree(new IPEndPoint(address, port)) && IsFree(new IPEndPoint(any, port))) return port;
        }

        throw new InvalidOperationException($"No port from {First} to {First + Count - 1} is free.");
    }

    private static bool IsFree(IPEndPoint place)
    {
        using var probe = new Socket(place.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            probe.Bind(place);
            return true;
        }
        catch (SocketException problem) when (problem.SocketErrorCode is SocketError.AddressAlreadyInUse)
        {
            return false;
        }
    }
}
