using System.Net;
using System.Net.Sockets;

namespace QuicPair.Cluster;

/// <summary>
/// Where a silo is for the others. A network may give this machine another address at any time: what no person chose
/// is found at each start.
/// </summary>
public static class OwnAddress
{
    /// <summary>
    /// The setting that has it found: the address from which the way leads out of this network, or, as
    /// <c>auto:192.168.1.5</c>, to that other address.
    /// </summary>
    public const string Automatic = "auto";

    // RFC 5737: nobody's address; the way there is the way out.
    private static readonly IPAddress Elsewhere = IPAddress.Parse("192.0.2.1");

    /// <summary>The setting that has the address found from which the way leads to another one.</summary>
    public static string Toward(IPAddress other) => $"{Automatic}:{other}";

    /// <summary>Whether a setting has the address found, rather than being one or the name of one.</summary>
    public static bool IsFound(string setting) => Other(setting) is not null;

    /// <summary>
    /// The address at this moment, and where to listen: one that was chosen is meant, one that was found may change
    /// while the silo runs.
    /// </summary>
    /// <param name="setting">An address, a host name, or <see cref="Automatic"/>.</param>
    /// <exception cref="FormatException">A host name is not known.</exception>
    public static (IPAddress Advertised, IPAddress Listening) Find(string setting)
    {
        ArgumentNullException.ThrowIfNull(setting);
        if (Other(setting) is not { } other)
        {
            var chosen = Named(setting);
            return (chosen, chosen);
        }

        var found = From(other);
        return (found, IPAddress.IsLoopback(found) ? found : Any(found.AddressFamily));
    }

    /// <summary>
    /// Whether this machine has an address at this moment; only a machine that says that it has not makes it gone.
    /// </summary>
    public static bool IsHere(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        try
        {
            using var probe = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            probe.Bind(new IPEndPoint(address, 0));
            return true;
        }
        catch (SocketException problem)
        {
            return problem.SocketErrorCode != SocketError.AddressNotAvailable;
        }
    }

    /// <summary>Orleans knows silos by address: a name is looked up once, when the silo starts.</summary>
    /// <exception cref="FormatException">The host name is not known.</exception>
    internal static IPAddress Named(string host)
    {
        if (IPAddress.TryParse(host, out var address))
        {
            return address;
        }

        try
        {
            return Dns.GetHostAddresses(host, AddressFamily.InterNetwork)[0];
        }
        catch (SocketException unknown)
        {
            throw new FormatException($"{HouseholdOptions.Section}: the host name {host} is not known here.", unknown);
        }
    }

    private static IPAddress? Other(string setting)
    {
        if (setting == Automatic)
        {
            return Elsewhere;
        }

        const string Prefix = Automatic + ":";
        return setting.StartsWith(Prefix, StringComparison.Ordinal)
            && IPAddress.TryParse(setting.AsSpan(Prefix.Length), out var other)
                ? other
                : null;
    }

    private static IPAddress From(IPAddress other)
    {
        try
        {
            // Nothing is sent: connecting a UDP socket only chooses the way there.
            using var probe = new Socket(other.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            probe.Connect(other, 9);
            return ((IPEndPoint)probe.LocalEndPoint!).Address;
        }
        catch (SocketException)
        {
            return IPAddress.Loopback;
        }
    }

    private static IPAddress Any(AddressFamily family) =>
        family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any;
}
