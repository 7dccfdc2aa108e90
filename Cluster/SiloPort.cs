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

    /// <summary>One that nothing has at this address.</summary>
    /// <exception cref="SocketException">This machine does not have the address.</exception>
    /// <exception cref="InvalidOperationException">None was found.</exception>
    public static int FindFree(IPAddress address)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var place = new IPEndPoint(address, First + Random.Shared.Next(Count));
            if (IsFree(place)) return place.Port;
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
