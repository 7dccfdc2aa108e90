using System.Text.Json;
using QuicPair.Rtc.Sockets;

namespace QuicPair.RtcPeer;

/// <summary>What a start command says about ICE servers.</summary>
internal sealed record IceSettings
{
    /// <summary>The servers to use; null keeps those of the start before.</summary>
    public IReadOnlyList<IceServer>? Servers { get; init; }

    /// <summary>How long gathering may hold the description up.</summary>
    public TimeSpan Patience { get; init; }

    /// <summary>Whether only relayed candidates are used.</summary>
    public bool RelayOnly { get; init; }

    public static IceSettings Read(JsonElement command, TimeSpan patience) => new()
    {
        Servers = command.TryGetProperty("iceServers", out var list) ? [.. ReadServers(list)] : null,
        Patience = command.TryGetProperty("gatherMs", out var told)
            ? TimeSpan.FromMilliseconds(told.GetDouble())
            : patience,
        RelayOnly = Text(command, "policy") == "relay",
    };

    private static IEnumerable<IceServer> ReadServers(JsonElement list)
    {
        foreach (var entry in list.EnumerateArray())
        {
            var urls = entry.GetProperty("urls");
            JsonElement[] all = urls.ValueKind == JsonValueKind.Array ? [.. urls.EnumerateArray()] : [urls];
            foreach (var url in all)
            {
                if (!IceServer.TryParse(url.GetString(), out var server)) throw new FormatException($"{url}");
                yield return server with
                {
                    Username = Text(entry, "username"),
                    Password = Text(entry, "credential"),
                    Secret = Text(entry, "secret"),
                };
            }
        }
    }

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var text) ? text.GetString() ?? "" : "";
}
