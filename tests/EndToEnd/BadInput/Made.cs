using System.Text.RegularExpressions;

namespace QuicPair.EndToEnd.BadInput;

/// <summary>What a Mac has made for phones, as it measures it; its settings have a port for that.</summary>
internal static partial class Made
{
    /// <summary>How many connections of phones and how many grains of pairings there are.</summary>
    public static async Task<(int Connections, int Pairings)> By(MacProcess mac) => Read(await mac.Metrics());

    /// <summary>The same once the Mac has turned so many offers away: what is read may be a moment old.</summary>
    public static async Task<(int Connections, int Pairings)> After(
        int refusals, MacProcess mac, CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var measured = await mac.Metrics();
            if (Sum(Refusals().Matches(measured)) >= refusals) return Read(measured);
        }
    }

    private static (int Connections, int Pairings) Read(string measured) =>
        (Sum(Connections().Matches(measured)), Sum(Pairings().Matches(measured)));

    private static int Sum(MatchCollection lines) => lines.Sum(line => int.Parse(line.Groups[1].Value));

    [GeneratedRegex(@"^quicpair_phones_connections(?:\{[^}]*\})? (\d+)", RegexOptions.Multiline)]
    private static partial Regex Connections();

    [GeneratedRegex(
        """^orleans_grains(?:_\w+)?\{[^}]*type="[^"]*pairing[^"]*"[^}]*\} (\d+)""",
        RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex Pairings();

    [GeneratedRegex(
        """^quicpair_audit_events_total\{[^}]*event="refused"[^}]*\} (\d+)""", RegexOptions.Multiline)]
    private static partial Regex Refusals();
}
