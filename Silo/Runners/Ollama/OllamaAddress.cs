using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace QuicPair.Silo.Runners.Ollama;

/// <summary>
/// Reads <c>OLLAMA_HOST</c> as Ollama itself does: scheme and port may be left out, a path stays, a port that is none
/// is the usual one, and no host or one that stands for all addresses is this machine. The bare name of Ollama's cloud
/// means TLS.
/// </summary>
internal static class OllamaAddress
{
    private const int DefaultPort = 11_434;
    private const string ThisMachine = "127.0.0.1";
    private const string Cloud = "ollama.com";

    public static readonly Uri Default = new($"http://{ThisMachine}:{DefaultPort}");

    /// <summary>The address, whose path ends with a slash; false when the text is none.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Uri? address)
    {
        address = null;
        var value = text?.Trim().Trim('"', '\'').Trim() ?? "";
        if (value.Length == 0)
        {
            address = Default;
            return true;
        }

        if (value == Cloud) value = $"https://{Cloud}:443";
        var colon = value.IndexOf("://", StringComparison.Ordinal);
        var scheme = colon < 0 ? Uri.UriSchemeHttp : value[..colon];
        var rest = (colon < 0 ? value : value[(colon + 3)..]).Split('?', '#')[0];
        var isSecure = scheme.Equals(Uri.UriSchemeHttps, StringComparison.OrdinalIgnoreCase);
        if (rest.Length == 0 || (!isSecure && !scheme.Equals(Uri.UriSchemeHttp, StringComparison.OrdinalIgnoreCase)))
        {
            return false;
        }

        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var place = slash < 0 ? rest : rest[..slash];
        var path = slash < 0 ? "" : rest[slash..].TrimEnd('/');
        var (host, port) = Split(place, colon < 0 ? DefaultPort : isSecure ? 443 : 80);
        return Uri.TryCreate($"{scheme}://{host}:{port}{path}/", UriKind.Absolute, out address);
    }

    private static (string Host, int Port) Split(string place, int usual)
    {
        // Who asks is nothing that Ollama hears.
        var named = place[(place.LastIndexOf('@') + 1)..];
        var colon = named.LastIndexOf(':');

        // An IPv6 address may come without brackets, and then without a port.
        var hasPort = colon >= 0
            && (named[..colon].EndsWith(']') || !named[..colon].Contains(':', StringComparison.Ordinal));
        var host = (hasPort ? named[..colon] : named).Trim('[', ']');
        var isPort = ushort.TryParse(
            hasPort ? named[(colon + 1)..] : "", NumberStyles.None, CultureInfo.InvariantCulture, out var port);
        return (Reachable(host), isPort ? port : usual);
    }

    private static string Reachable(string host)
    {
        if (host.Length == 0) return ThisMachine;
        if (!IPAddress.TryParse(host, out var address)) return host;
        if (address.Equals(IPAddress.Any)) return ThisMachine;
        if (address.Equals(IPAddress.IPv6Any)) return "[::1]";
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{host}]" : host;
    }
}
