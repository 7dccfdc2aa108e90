using System.Net;
using System.Net.Sockets;
using QuicPair.Rtc.Sockets;

namespace QuicPair.Cli.Doctor;

/// <summary>The addresses of the servers, each name asked for once.</summary>
internal sealed class Names
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private readonly Dictionary<string, Task<IReadOnlyList<IPAddress>>> _known = [];

    /// <summary>
    /// The addresses of a name, those of a family that leads out first, IPv4 before IPv6; none when there are none.
    /// </summary>
    public Task<IReadOnlyList<IPAddress>> Resolve(string host, CancellationToken cancellation)
    {
        lock (_known)
        {
            if (_known.TryGetValue(host, out var known)) return known;
            return _known[host] = Ask(host, cancellation);
        }
    }

    /// <summary>Whether the servers' names can be resolved.</summary>
    public async Task<Finding> Check(IReadOnlyList<IceServer> servers, CancellationToken cancellation)
    {
        var asked = servers.Select(server => server.Host)
            .Distinct()
            .Where(host => !IPAddress.TryParse(host, out _))
            .ToList();
        if (asked.Count == 0) return new Finding("dns", Verdict.NotMeasured, "No server is known by a name.");
        var missing = new List<string>();
        foreach (var host in asked)
        {
            if (await Resolve(host, cancellation) is []) missing.Add(host);
        }

        return missing.Count == 0
            ? new Finding("dns", Verdict.Ok, $"Names are resolved ({string.Join(", ", asked)}).")
            : new Finding(
                "dns", missing.Count == asked.Count ? Verdict.Fail : Verdict.Warn,
                $"Names cannot be resolved: {string.Join(", ", missing)}.",
                "Check the DNS server of this network, or give the servers by address.");
    }

    private static async Task<IReadOnlyList<IPAddress>> Ask(string host, CancellationToken cancellation)
    {
        if (IPAddress.TryParse(host, out var literal)) return [literal];
        try
        {
            var found = await Task.Run(() => Dns.GetHostAddressesAsync(host, cancellation), cancellation)
                .WaitAsync(Patience, cancellation);
            return
            [
                .. found
                    .OrderBy(address => !Interfaces.LeadsOut(address.AddressFamily))
                    .ThenBy(address => address.AddressFamily == AddressFamily.InterNetworkV6),
            ];
        }
        catch (Exception problem) when (problem is SocketException or TimeoutException or ArgumentException)
        {
            return [];
        }
    }
}
