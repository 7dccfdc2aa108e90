using System.Diagnostics.CodeAnalysis;

namespace QuicPair.Silo.Runners.Ollama;

/// <summary>
/// Reads <c>OLLAMA_HOST</c> as Ollama itself does: scheme and port may be left out, 0.0.0.0 means this
/// machine.
/// </summary>
internal static class OllamaAddress
{
    private const int DefaultPort = 11_434;

    public static readonly Uri Default = new($"http://127.0.0.1:{DefaultPort}");

    public static bool TryParse(string? text, [NotNullWhen(true)] out Uri? address)
    {
        address = null;
        var value = text?.Trim().Trim('"', '\'') ?? "";
        if (value.Length == 0)
        {
            address = Default;
            return true;
        }

        var schemed = value.Contains("://", StringComparison.Ordinal);
        if (!Uri.TryCreate(schemed ? value : "http://" + value, UriKind.Absolute, out var parsed)
            || parsed.Scheme is not ("http" or "https")
            || parsed.Host.Length == 0)
        {
            return false;
        }

        var named = parsed.OriginalString.AsSpan()[(parsed.Scheme.Length + 3)..];
        var authority = named.IndexOf('/') is var slash and >= 0 ? named[..slash] : named;
        var portGiven = authority.LastIndexOf(':') > authority.LastIndexOf(']');
        var host = parsed.Host switch
        {
            "0.0.0.0" => "127.0.0.1",
            "[::]" => "[::1]",
            var other => other,
        };
        address = new UriBuilder(parsed.Scheme, host, portGiven || schemed ? parsed.Port : DefaultPort).Uri;
        return true;
    }
}
