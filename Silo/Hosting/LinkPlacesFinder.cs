using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using QuicPair.Protocol;
using QuicPair.Rtc.Sockets;
using QuicPair.Silo.Pairing;

namespace QuicPair.Silo.Hosting;

/// <summary>
/// Where a phone finds the front door: the public name when there is one, else the machine's <c>.local</c> name where
/// that resolves to this machine, else its address in the local network; for this machine, localhost.
/// </summary>
internal static class LinkPlacesFinder
{
    private static readonly TimeSpan ResolveTimeout = TimeSpan.FromMilliseconds(500);

    /// <summary>Looks at the networks of this moment, for half a second at most.</summary>
    /// <param name="urls">Where the front door listens.</param>
    /// <param name="publicUrl">The public URL; empty for none.</param>
    /// <param name="isLocalOnly">Whether nobody outside is asked.</param>
    /// <param name="own">This machine's addresses; null for its real ones.</param>
    /// <exception cref="StartupException">A link cannot name the public URL.</exception>
    public static LinkPlaces Find(
        IEnumerable<string> urls, string publicUrl, bool isLocalOnly, Func<List<IPAddress>>? own = null)
    {
        var listening = urls.Select(BindingAddress.Parse).FirstOrDefault(url => url.Scheme == Uri.UriSchemeHttp)
            ?? urls.Select(BindingAddress.Parse).First();
        var here = $"{listening.Scheme}://localhost:{listening.Port}";
        if (publicUrl.Length > 0) return new LinkPlaces([Origin(publicUrl), here], ThisNetworkOnly: false);
        var addresses = (own ?? OwnAddresses)();
        var isWide = listening.Host is "*" or "+" or "[::]" or "0.0.0.0";
        if (!isWide) return new LinkPlaces([$"{listening.Scheme}://{listening.Host}:{listening.Port}"], true);
        // A resolver asks whom it likes: local mode does not ask it.
        var host = (isLocalOnly ? null : LocalName(addresses)) ?? addresses.Find(IsLocal)?.ToString();
        return host is null
            ? new LinkPlaces([here], ThisNetworkOnly: true)
            : new LinkPlaces([$"{listening.Scheme}://{host}:{listening.Port}", here], ThisNetworkOnly: true);
    }

    /// <summary>This machine's addresses as they are, those with a way out first.</summary>
    public static List<IPAddress> OwnAddresses() =>
    [
        .. NetworkInterface.GetAllNetworkInterfaces()
            .Where(card => card.OperationalStatus == OperationalStatus.Up
                && card.NetworkInterfaceType != NetworkInterfaceType.Loopback)
            .OrderByDescending(card => card.GetIPProperties().GatewayAddresses.Count)
            .SelectMany(card => card.GetIPProperties().UnicastAddresses)
            .Select(address => address.Address)
            .Where(address => address.AddressFamily == AddressFamily.InterNetwork),
    ];

    /// <summary>What is wrong with a public URL, in one sentence; null when phones can be sent there.</summary>
    public static string? Problem(string publicUrl, bool isLocalOnly)
    {
        if (publicUrl.Length == 0) return null;
        try
        {
            var host = new Uri(Origin(publicUrl)).Host;
            return isLocalOnly && !LocalNetwork.ContainsHost(host)
                ? $"Network:LocalOnly: {host} is no private address (FrontDoor:PublicUrl)."
                : null;
        }
        catch (StartupException problem)
        {
            return problem.Message;
        }
    }

    private static string Origin(string publicUrl)
    {
        if (!Uri.TryCreate(publicUrl, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")
            || url.AbsolutePath != "/")
        {
            throw new StartupException(
                "The public URL is scheme, host and port, such as https://ai.example.org (FrontDoor:PublicUrl).");
        }

        var origin = url.GetLeftPart(UriPartial.Authority);
        var sample = new PairingLink
        {
            Origin = origin,
            MacPublicKey = new byte[32],
            Secret = new byte[32],
            Expiry = 0
        };
        return PairingLink.TryParse(sample.Format(), out _, out string problem)
            ? origin
            : throw new StartupException($"FrontDoor:PublicUrl cannot stand in a link. {problem}");
    }

    private static string? LocalName(List<IPAddress> own)
    {
        var name = Environment.MachineName.Split('.')[0].ToLowerInvariant() + ".local";
        try
        {
            using var limit = new CancellationTokenSource(ResolveTimeout);
            var found = Dns.GetHostAddressesAsync(name, AddressFamily.InterNetwork, limit.Token)
                .WaitAsync(limit.Token).GetAwaiter().GetResult();
            return found.Any(own.Contains) ? name : null;
        }
        catch (Exception problem) when (problem is SocketException or OperationCanceledException or ArgumentException)
        {
            return null;
        }
    }

    // The links name IPv4 addresses, and a phone's loopback is not this machine's.
    private static bool IsLocal(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetwork
        && !IPAddress.IsLoopback(address)
        && LocalNetwork.Contains(address);
}
