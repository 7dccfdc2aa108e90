using System.Text.Json;

namespace QuicPair.Silo.Runners.Ollama;

/// <summary>What Ollama's model list says of a model beyond what OllamaSharp reads.</summary>
/// <param name="RemoteHost">The cloud that it runs in, or null.</param>
/// <param name="RemoteModel">Its name there, or null.</param>
/// <param name="Capabilities">What it can do.</param>
internal sealed record OllamaTag(string? RemoteHost, string? RemoteModel, IReadOnlyList<string> Capabilities)
{
    /// <summary>Whether it runs in a cloud.</summary>
    public bool Remote => RemoteHost is not null || RemoteModel is not null;

    /// <summary>Reads the body of <c>GET /api/tags</c>.</summary>
    /// <exception cref="JsonException">It is not a list of models.</exception>
    public static IReadOnlyDictionary<string, OllamaTag> ReadList(ReadOnlyMemory<byte> json)
    {
        var tags = new Dictionary<string, OllamaTag>(StringComparer.Ordinal);
        using var document = JsonDocument.Parse(json);
        if (document.RootElement.ValueKind != JsonValueKind.Object) throw new JsonException();
        if (!document.RootElement.TryGetProperty("models", out var models)) return tags;
        if (models.ValueKind != JsonValueKind.Array) return tags;
        foreach (var model in models.EnumerateArray())
        {
            if (model.ValueKind != JsonValueKind.Object) continue;
            if (Text(model, "name") is not { } name) continue;
            var capabilities = model.TryGetProperty("capabilities", out var list)
                               && list.ValueKind == JsonValueKind.Array
                ? list.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String)
                    .Select(item => item.GetString()!).ToArray()
                : [];
            tags[name] = new OllamaTag(Text(model, "remote_host"), Text(model, "remote_model"), capabilities);
        }

        return tags;
    }

    /// <summary>A text that is not empty, else null.</summary>
    private static string? Text(JsonElement model, string property) =>
        model.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String
        && value.GetString() is { Length: > 0 } text
            ? text
            : null;
}
