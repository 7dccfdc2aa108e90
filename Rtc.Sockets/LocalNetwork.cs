using System.Net;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Sockets;

/// <summary>
/// The addresses that local mode allows, decided on the address of a socket and nothing that somebody says: 127/8,
/// 10/8, 172.16/12, 192.168/16, 169.254/16, ::1, fe80::/10 and fc00::/7. The range 100.64/10 is a carrier's as well as
/// an overlay network's, and counts as foreign.
/// </summary>
public static class LocalNetwork
{
    /// <summary>Whether the address is one of these.</summary>
    public static bool Contains(IPAddress? address) =>
        address is not null
        && Contains(TransportAddress.From(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, 1));

    /// <summary>
    /// Whether a host of a URL is certainly one of these without asking anybody: an address, or this machine's own
    /// name <c>localhost</c>.
    /// </summary>
    public static bool ContainsHost(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && Contains(address));

    internal static bool Contains(TransportAddress address) => address.IsPrivate;
}
