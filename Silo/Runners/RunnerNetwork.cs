using System.Net;
using System.Net.Sockets;
using QuicPair.Rtc.Sockets;

namespace QuicPair.Silo.Runners;

/// <summary>
/// How runners are reached (straight, without proxy, redirect or cookie), and whether one is at home or a cloud.
/// </summary>
internal static class RunnerNetwork
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);

    // Node.js, uvicorn (vLLM) and llama-server close after five seconds: a question must not meet that, as nobody could
    // tell whether it was heard.
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(3);

    // RFC 6762, RFC 6761, RFC 8375, ICANN's name for private use, what routers take, and a tailnet's.
    private static readonly string[] HomeDomains =
        [".local", ".localhost", ".home.arpa", ".internal", ".lan", ".ts.net"];

    public static SocketsHttpHandler Open() => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        ConnectTimeout = ConnectTimeout,
        PooledConnectionIdleTimeout = IdleTimeout,
        AutomaticDecompression = DecompressionMethods.None,
    };

    /// <summary>
    /// Whether a runner may be anybody's: its host is a public address, or a name that is not one of this machine, of
    /// its network or of a tailnet. Nobody is asked what a name means: tomorrow it may mean something else.
    /// </summary>
    public static bool IsCloud(Uri runner)
    {
        var host = runner.DnsSafeHost.TrimEnd('.');
        if (IPAddress.TryParse(host, out var address)) return !IsHome(address);
        return host.Contains('.', StringComparison.Ordinal)
            && !HomeDomains.Any(domain => host.EndsWith(domain, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The models of the runner there: those of a cloud all run elsewhere.</summary>
    public static IReadOnlyList<ModelCard> Mark(Uri runner, IReadOnlyList<ModelCard> models)
    {
        if (!IsCloud(runner)) return models;
        var origin = $"{runner.Scheme}://{runner.Authority}";
        return [.. models.Select(model => model with { Remote = true, RemoteHost = model.RemoteHost ?? origin })];
    }

    private static bool IsHome(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return LocalNetwork.Contains(plain) || plain.Equals(IPAddress.Any) || plain.Equals(IPAddress.IPv6Any)
            || IsTailnet(plain);
    }

    /// <summary>
    /// 100.64/10: local mode leaves it out, but an owner who names such an address means a machine of theirs.
    /// </summary>
    private static bool IsTailnet(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork
        && address.GetAddressBytes() is [100, >= 64 and <= 127, ..];
}
