using System.Globalization;
using System.Text.Json;

namespace QuicPair.Cli.Owner;

/// <summary>What is known of a device, in words; the JSON has the same for programs.</summary>
internal static class DeviceText
{
    /// <summary>A label and a text for each field that the Mac sent.</summary>
    public static IEnumerable<(string Label, string Text)> Of(JsonElement device) =>
        device.EnumerateObject().Select(field => (Label(field.Name), Terminal.Harmless(Text(field))));

    private static string Label(string field) => field switch
    {
        "roundTripMs" => "round trip",
        "pull" => "may pull",
        "unload" => "may unload",
        "tokensPerDay" => "tokens per day",
        "tokensToday" => "tokens today",
        _ => field,
    };

    private static string Text(JsonProperty field) => field.Name switch
    {
        "expires" when field.Value.GetInt64() == 0 => "never",
        "tokensPerDay" when field.Value.GetInt64() == 0 => "no limit",
        "since" or "expires" => DateTimeOffset.FromUnixTimeSeconds(field.Value.GetInt64()).ToLocalTime()
            .ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
        "roundTripMs" => string.Create(CultureInfo.InvariantCulture, $"{field.Value.GetDouble():0.#} ms"),
        "models" => Models([.. field.Value.EnumerateArray().Select(name => name.GetString() ?? "")]),
        _ => field.Value.ValueKind switch
        {
            JsonValueKind.True => "yes",
            JsonValueKind.False => "no",
            _ => field.Value.ToString(),
        },
    };

    private static string Models(string[] names) => names switch
    {
        ["*"] => "all",
        [] => "none",
        _ => string.Join(", ", names),
    };
}
