using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace QuicPair.Rtc.Sockets;

/// <summary>A STUN or TURN server, as its URI says (RFC 7064, RFC 7065), with the credentials that it wants.</summary>
public sealed record IceServer
{
    private const int DefaultPort = 3478;
    private const int DefaultTlsPort = 5349;

    /// <summary>A name or an address, IPv6 without brackets.</summary>
    public required string Host { get; init; }

    /// <summary>The port: 3478, or 5349 with TLS, unless the URI has one.</summary>
    public required int Port { get; init; }

    /// <summary>Whether it relays (TURN); it only tells addresses otherwise (STUN).</summary>
    public bool IsRelay { get; init; }

    /// <summary>How a relay is reached; STUN is always UDP.</summary>
    public IceTransport Transport { get; init; }

    /// <summary>The user name at a relay; empty with <see cref="Secret"/>.</summary>
    public string Username { get; init; } = "";

    /// <summary>The password at a relay; empty with <see cref="Secret"/>.</summary>
    public string Password { get; init; } = "";

    /// <summary>
    /// The secret that is shared with a relay (coturn's <c>use-auth-secret</c>): credentials are made from it, live ten
    /// minutes and are renewed before they end. Empty (default) for a fixed user.
    /// </summary>
    public string Secret { get; init; } = "";

    /// <summary>
    /// Reads <c>stun:host[:port]</c>, <c>turn:host[:port][?transport=udp|tcp]</c> or
    /// <c>turns:host[:port][?transport=tcp]</c>. False for anything else, also for what is not spoken here: STUN over
    /// TLS and TURN over DTLS.
    /// </summary>
    public static bool TryParse(string? uri, [NotNullWhen(true)] out IceServer? server)
    {
        server = null;
        var text = (uri ?? "").Trim();
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0) return false;
        var scheme = text[..colon].ToUpperInvariant();
        var rest = text[(colon + 1)..];
        var question = rest.IndexOf('?', StringComparison.Ordinal);
        var query = question < 0 ? "" : rest[(question + 1)..];
        var place = question < 0 ? rest : rest[..question];
        if (!TryReadTransport(scheme, query, out var transport)) return false;
        if (!TrySplit(place, transport == IceTransport.Tls ? DefaultTlsPort : DefaultPort, out var host, out var port))
        {
            return false;
        }

        server = new IceServer { Host = host, Port = port, IsRelay = scheme != "STUN", Transport = transport };
        return true;
    }

    /// <summary>The URI; never the credentials.</summary>
    public override string ToString()
    {
        var scheme = !IsRelay ? "stun" : Transport == IceTransport.Tls ? "turns" : "turn";
        var host = Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;
        var query = IsRelay && Transport == IceTransport.Tcp ? "?transport=tcp" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{scheme}:{host}:{Port}{query}");
    }

    private static bool TryReadTransport(string scheme, string query, out IceTransport transport)
    {
        const string key = "transport=";
        transport = scheme == "TURNS" ? IceTransport.Tls : IceTransport.Udp;
        if (scheme is not ("STUN" or "TURN" or "TURNS")) return false;
        if (query.Length == 0) return true;
        if (scheme == "STUN" || !query.StartsWith(key, StringComparison.OrdinalIgnoreCase)) return false;
        switch (query[key.Length..].ToUpperInvariant())
        {
            case "TCP":
                if (scheme == "TURN") transport = IceTransport.Tcp;
                return true;
            case "UDP":
                return scheme == "TURN";
            default:
                return false;
        }
    }

    private static bool TrySplit(string place, int defaultPort, out string host, out int port)
    {
        (host, port) = (place, defaultPort);
        var end = place.StartsWith('[') ? place.IndexOf(']', StringComparison.Ordinal) : -1;
        var colon = place.IndexOf(':', end < 0 ? 0 : end);
        if (colon >= 0)
        {
            host = place[..colon];
            var isNumber = int.TryParse(place[(colon + 1)..], NumberStyles.None, null, out port);
            if (!isNumber || port is < 1 or > ushort.MaxValue) return false;
        }

        if (end < 0) return Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4;
        if (end != host.Length - 1) return false;
        host = host[1..^1];

        // RFC 3986 section 3.2.2 knows no zone, and IPAddress takes any text for one.
        if (host.Contains('%', StringComparison.Ordinal)) return false;
        return IPAddress.TryParse(host, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6;
    }
}
