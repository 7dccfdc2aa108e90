using System.Text.Json;

namespace QuicPair.Silo.Runners.OpenAi;

/// <summary>Reads the body of <c>GET /v1/models</c>.</summary>
internal static class OpenAiModels
{
    private const int MaxModels = 1000;

    /// <summary>The models, and the server's name for people.</summary>
    /// <exception cref="JsonException">It is not a list of models.</exception>
    public static (IReadOnlyList<ModelCard> Models, string Server) Read(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var data = OpenAiChunk.Field(document.RootElement, "data");
        if (data.ValueKind != JsonValueKind.Array) throw new JsonException();
        var server = "the OpenAI-style server";
        var models = new List<ModelCard>();
        foreach (var model in data.EnumerateArray().Take(MaxModels))
        {
            if (OpenAiChunk.Text(model, "id") is not { } id) continue;
            server = Server(OpenAiChunk.Text(model, "owned_by")) ?? server;
            var meta = OpenAiChunk.Field(model, "meta");
            models.Add(new ModelCard(id, Number(meta, "size") ?? 0, Loaded: true, Remote: false, [])
            {
                Modified = Number(model, "created") is { } seconds and > 0 and < 100_000_000_000
                    ? DateTimeOffset.FromUnixTimeSeconds(seconds)
                    : null,
            });
        }

        return (models, server);
    }

    /// <summary>The trained context of a model, when the server says.</summary>
    /// <exception cref="JsonException">It is not a list of models.</exception>
    public static (long? Context, long? Embedding) Lengths(ReadOnlyMemory<byte> json, string model)
    {
        using var document = JsonDocument.Parse(json);
        var data = OpenAiChunk.Field(document.RootElement, "data");
        if (data.ValueKind != JsonValueKind.Array) throw new JsonException();
        foreach (var entry in data.EnumerateArray())
        {
            if (OpenAiChunk.Text(entry, "id") != model) continue;
            var meta = OpenAiChunk.Field(entry, "meta");
            return (Number(meta, "n_ctx_train") ?? Number(entry, "max_model_len"), Number(meta, "n_embd"));
        }

        return (null, null);
    }

    private static string? Server(string? owner) => owner switch
    {
        "llamacpp" => "llama-server",
        "vllm" => "vLLM",
        "organization_owner" => "LM Studio",
        _ => null,
    };

    private static long? Number(JsonElement parent, string name) =>
        OpenAiChunk.Field(parent, name) is { ValueKind: JsonValueKind.Number } value
        && value.TryGetInt64(out var number) && number is >= 0 and <= RunnerStatistics.MaxCount
            ? number
            : null;
}
