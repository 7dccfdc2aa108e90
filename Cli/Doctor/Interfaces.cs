using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace QuicPair.Cli.Doctor;

/// <summary>The machine's own addresses, and where its packets leave.</summary>
internal static class Interfaces
{
    private static readonly string[] Tunnels =
        ["tun", "tap", "utun", "wg", "ppp", "ipsec", "tailscale", "zt", "nordlynx", "proton"];

    // Documentation addresses (RFC 5737, RFC 3849): a route to them is the route to the internet; nothing is sent.
    private static readonly IPAddress[] Elsewhere =
        [IPAddress.Parse("192.0.2.1"), IPAddress.Parse("2001:db8::1")];

    /// <summary>Addresses that are not this machine's alone, each with the name of its interface.</summary>
    public static IReadOnlyList<(IPAddress Address, string Interface)> Own() =>
    [
        .. NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(card => card.GetIPProperties().UnicastAddresses.Select(own => (own.Address, card.Name)))
            .Where(own => !IPAddress.IsLoopback(own.Address) && !own.Address.IsIPv6LinkLocal),
    ];

    /// <summary>The families that lead out, IPv4 first; IPv4 when none does.</summary>
    public static IReadOnlyList<AddressFamily> Families()
    {
        AddressFamily[] both = [AddressFamily.InterNetwork, AddressFamily.InterNetworkV6];
        var leading = Array.FindAll(both, LeadsOut);
        return leading.Length > 0 ? leading : both[..1];
    }

    /// <summary>Whether packets of a family lead out.</summary>
    public static bool LeadsOut(AddressFamily family) =>
        Array.Exists(Elsewhere, address => address.AddressFamily == family && Leaving(address) is not null);

    /// <summary>Whether the machine is in a network at all.</summary>
    public static Finding Addresses()
    {
        var own = Own();
        return own.Count > 0
            ? new Finding(
                "addresses", Verdict.Ok, string.Join(", ", own.Select(at => $"{at.Address} ({at.Interface})")))
            : new Finding(
                "addresses", Verdict.Fail, "This machine is in no network.", "Connect it by cable or Wi-Fi.");
    }

    /// <summary>Whether IPv6 leads out.</summary>
    public static Finding IPv6() => Leaving(Elsewhere[1]) is { } address
        ? new Finding("ipv6", Verdict.Ok, $"IPv6 leads out from {address}.")
        : new Finding(
            "ipv6", Verdict.Warn, "IPv6 does not lead out.",
            "Where the provider has IPv6, turn it on in the router: it needs no NAT.");

    /// <summary>Whether packets leave through a VPN or an exit node.</summary>
    public static Finding Tunnel()
    {
        if ((Leaving(Elsewhere[0]) ?? Leaving(Elsewhere[1])) is not { } address)
        {
            return new Finding(
                "route", Verdict.Fail, "There is no route to the internet.", "Check the router, or its address here.");
        }

        var name = Own().FirstOrDefault(own => own.Address.Equals(address)).Interface ?? "";
        return Tunnels.Any(tunnel => name.StartsWith(tunnel, StringComparison.OrdinalIgnoreCase))
            ? new Finding(
                "route", Verdict.Warn, $"Packets leave through {name}: a VPN or exit node.",
                "Leave the VPN or exit node, or let QuicPair past it, when connecting fails or is slow.")
            : new Finding("route", Verdict.Ok, $"Packets leave through {name} ({address}).");
    }

    private static IPAddress? Leaving(IPAddress destination)
    {
        try
        {
            using var socket = new Socket(destination.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(new IPEndPoint(destination, 9));
            return ((IPEndPoint)socket.LocalEndPoint!).Address;
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
