using System.Net;
using System.Net.Sockets;
using QuicPair.Rtc.Ice;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Sockets.Gathering;

/// <summary>Which addresses of the machine become host candidates, and in what order (RFC 8445, 5.1.1.1).</summary>
internal sealed class HostCandidates(RtcHostOptions options, int port)
{
    // Ours: an agent has room for 16 candidates of all kinds.
    private const int Maximum = 8;

    /// <summary>Host candidates, the one that is liked best first.</summary>
    public IReadOnlyList<IceCandidate> From(IReadOnlyList<IPAddress> all)
    {
        if (options.Address is { } only)
        {
            return IsAllowed(only) ? [Candidate(only, 0, TransportAddress.From(only, port))] : [];
        }

        var usable = all.Where(IsUsable).Where(IsAllowed).ToList();
        if (options.AdvertiseLoopback || usable.Count == 0)
        {
            usable.AddRange(all.Where(address => address.Equals(IPAddress.Loopback)));
        }

        return [.. usable
            .Distinct()
            .OrderBy(address => address.AddressFamily == AddressFamily.InterNetworkV6)
            .Take(Maximum)
            .Select((address, rank) => Candidate(address, rank, Any(address.AddressFamily)))];
    }

    /// <summary>What a candidate of this family is bound to.</summary>
    public TransportAddress BaseFor(AddressFamily family) =>
        options.Address is { } only ? TransportAddress.From(only, port) : Any(family);

    private bool IsAllowed(IPAddress address) => !options.LocalOnly || LocalNetwork.Contains(address);

    // RFC 8445, 5.1.1.1: no loopback, no deprecated site-local, no IPv4-mapped or -compatible addresses. A link-local
    // one cannot be written without its interface, which a description has no room for; an IPv4 one is a machine
    // that found no network.
    private static bool IsUsable(IPAddress address)
    {
        if (IPAddress.IsLoopback(address) || address.IsIPv4MappedToIPv6 || address.IsIPv6SiteLocal) return false;
        if (address.IsIPv6LinkLocal || address.IsIPv6Multicast) return false;
        return !TransportAddress.From(address, 1).IsLinkLocal;
    }

    private TransportAddress Any(AddressFamily family) =>
        TransportAddress.From(family == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, port);

    private IceCandidate Candidate(IPAddress address, int rank, TransportAddress boundTo) =>
        IceCandidate.Host(TransportAddress.From(address, port), (ushort)(ushort.MaxValue - rank), boundTo);
}
