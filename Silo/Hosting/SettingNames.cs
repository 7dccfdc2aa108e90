namespace QuicPair.Silo.Hosting;

/// <summary>Which settings are QuicPair's: those of docs/operations.md and of the web host below it.</summary>
internal static class SettingNames
{
    private static readonly HashSet<string> Sections = new(StringComparer.OrdinalIgnoreCase)
    {
        "Cluster", "FrontDoor", "Ice", "Kestrel", "Limits", "Logging", "Mac", "Metrics", "Pairing", "Phones",
        "Runner",
    };

    // A misspelt one of Network would start a Mac that speaks with the internet.
    private static readonly HashSet<string> WholeNames = new(StringComparer.OrdinalIgnoreCase)
    {
        "AllowedHosts", "Network:LocalOnly", "OTEL_EXPORTER_OTLP_ENDPOINT", "TURN_PASS", "TURN_SECRET", "TURN_URLS",
        "TURN_USER", "Urls",
    };

    // What the web host, the silo and the exporter of traces read beside them; config show does not list it.
    private static readonly HashSet<string> OfHost = new(StringComparer.OrdinalIgnoreCase)
    {
        "ApplicationName", "ContentRoot", "Environment", "Http_Ports", "Https_Ports", "WebRoot",
    };

    private static readonly string[] HostPrefixes = ["HostBuilder:", "Orleans:", "OTEL_"];

    /// <summary>Whether a setting of that name is looked at, as far as its section says.</summary>
    public static bool Has(string name)
    {
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 || name.StartsWith("Network:", StringComparison.OrdinalIgnoreCase)
            ? WholeNames.Contains(name)
            : Sections.Contains(name[..colon]);
    }

    /// <summary>What is wrong with a command line of settings, in one sentence; null when nothing is.</summary>
    public static string? Problem(IReadOnlyList<string> words) =>
        FirstUnknown(words) is { } word ? $"'{word}' is not understood here." : null;

    /// <summary>The first word that is no setting; null when there is none.</summary>
    public static string? FirstUnknown(IReadOnlyList<string> words)
    {
        for (var at = 0; at < words.Count; at++)
        {
            var word = words[at];
            var isOption = word.StartsWith("--", StringComparison.Ordinal) || word.StartsWith('/');
            var sign = word.IndexOf('=', StringComparison.Ordinal);
            if ((sign < 0 && !isOption) || !IsRead(Name(sign < 0 ? word : word[..sign])))
            {
                return word;
            }

            // An option without = has its value in the next word; without one it would be ignored.
            if (sign < 0 && ++at == words.Count) return word;
        }

        return null;
    }

    private static bool IsRead(string name) =>
        Has(name)
        || OfHost.Contains(name)
        || HostPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    private static string Name(string word) =>
        word.StartsWith("--", StringComparison.Ordinal) ? word[2..]
        : word.StartsWith('/') ? word[1..]
        : word;
}
