using System.Net.Sockets;
using QuicPair.Cluster;
using QuicPair.Cluster.Door;

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

    /// <summary>The folder in which a Mac behind a door has its socket.</summary>
    /// <exception cref="JoinException">Its path is too long for one.</exception>
    public static void CheckFolder(string folder)
    {
        if (DoorLink.Fits(folder)) return;
        throw new JoinException(
            "bad_request",
            "The path of the data folder is too long for a household; choose a shorter one with QUICPAIR_HOME.");
    }

    /// <summary>The silo's own address and port.</summary>
    /// <param name="address">An address of this machine, a host name, or <see cref="OwnAddress.Automatic"/>.</param>
    /// <param name="port">The port.</param>
    /// <param name="running">What the silo runs with now; its own port is its own.</param>
    /// <exception cref="JoinException">Nothing can listen there.</exception>
    public static void CheckFree(string address, int port, HouseholdOptions running)
    {
        try
        {
            // The port that the silo holds is not asked for; the address may be another one than the silo's.
            using var probe = new TcpListener(OwnAddress.Find(address).Listening, port == running.Port ? 0 : port);
            probe.Start();
        }
        catch (Exception problem) when (problem is SocketException or FormatException)
        {
            var place = address == OwnAddress.Automatic ? $"port {port}" : $"{address}:{port}";
            throw new JoinException(
                "bad_request",
                $"The silo cannot listen at {place}; choose with --address and --port what is free here.",
                problem);
        }
        catch (ArgumentOutOfRangeException problem)
        {
            throw new JoinException("bad_request", $"{port} is no port.", problem);
        }
    }
}
