using System.Net;
using System.Net.Sockets;
using QuicPair.Cluster;

namespace QuicPair.Silo.Household;

/// <summary>
/// Whether a silo could start with what the owner asks for. Looked at before anything is stored: a daemon that starts
/// anew with it cannot ask any more.
/// </summary>
internal static class SiloPlace
{
    /// <summary>The database and the door.</summary>
    /// <exception cref="JoinException">One of them cannot be read.</exception>
    public static void CheckSettings(HouseholdOptions options)
    {
        try
        {
            if (options.Database() is not null) return;
        }
        catch (FormatException problem)
        {
            throw new JoinException("bad_request", problem.Message, problem);
        }

        throw new JoinException("bad_request", "A household of several Macs needs a database.");
    }

    /// <summary>The silo's own address and port.</summary>
    /// <param name="address">An address of this machine, or a host name.</param>
    /// <param name="port">The port.</param>
    /// <param name="running">What the silo runs with now; its own port is its own.</param>
    /// <exception cref="JoinException">Nothing can listen there.</exception>
    public static void CheckFree(string address, int port, HouseholdOptions running)
    {
        if (port == running.Port) return;
        try
        {
            using var probe = new TcpListener(AddressOf(address), port);
            probe.Start();
        }
        catch (SocketException problem)
        {
            throw new JoinException(
                "bad_request",
                $"The silo cannot listen at {address}:{port}; choose with --address and --port what is free here.",
                problem);
        }
        catch (ArgumentOutOfRangeException problem)
        {
            throw new JoinException("bad_request", $"{port} is no port.", problem);
        }
    }

    /// <exception cref="SocketException">A host name is not known.</exception>
    public static IPAddress AddressOf(string host) => IPAddress.TryParse(host, out var address)
        ? address
        : Dns.GetHostAddresses(host, AddressFamily.InterNetwork)[0];
}
