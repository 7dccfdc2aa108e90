using System.Text.Json;

namespace QuicPair.Silo.Runners.OpenAi;

/// <summary>llama-server's own times of an answer.</summary>
internal sealed record OpenAiTimings(TimeSpan Prompt, TimeSpan Generation)
{
    /// <summary>Reads <c>timings</c>; null when it is not there or says nothing.</summary>
    public static OpenAiTimings? Read(JsonElement timings)
    {
        var prompt = Milliseconds(timings, "prompt_ms");
        var generation = Milliseconds(timings, "predicted_ms");
        return prompt is null || generation is null ? null : new OpenAiTimings(prompt.Value, generation.Value);
    }

    private static TimeSpan? Milliseconds(JsonElement timings, string name) =>
        OpenAiChunk.Field(timings, name) is { ValueKind: JsonValueKind.Number } value
        && value.TryGetDouble(out var number) && number is >= 0 and < 1e9
            ? TimeSpan.FromMilliseconds(number)
            : null;
}
