using System.Text.Json;

namespace QuicPair.Silo.Runners.OpenAi;

/// <summary>What one event of an answer says about the answer itself.</summary>
/// <param name="IsLast">Whether it gives a reason to end.</param>
/// <param name="Error">The server's error, or null.</param>
/// <param name="Reasoning">Thinking in the field <c>reasoning</c>, which the library does not read.</param>
/// <param name="Timings">llama-server's times, or null.</param>
internal readonly record struct OpenAiChunk(bool IsLast, string? Error, string? Reasoning, OpenAiTimings? Timings)
{
    /// <summary>Characters of what the library holds back until the answer ends: tool calls and a refusal.</summary>
    public int Held { get; init; }

    /// <summary>Reads one JSON object.</summary>
    /// <exception cref="JsonException">It is not one.</exception>
    public static OpenAiChunk Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        using var document = JsonDocument.ParseValue(ref reader);
        if (document.RootElement.ValueKind != JsonValueKind.Object || reader.BytesConsumed != json.Length)
        {
            throw new JsonException();
        }

        var choice = FirstChoice(document.RootElement);
        var delta = Field(choice, "delta");
        var reasoning = Text(delta, "reasoning_content") is null ? Text(delta, "reasoning") : null;
        return new OpenAiChunk(
            Text(choice, "finish_reason") is not null, ErrorOf(document.RootElement), reasoning,
            OpenAiTimings.Read(Field(document.RootElement, "timings")))
        {
            Held = Length(delta, "tool_calls") + Length(delta, "refusal"),
        };
    }

    /// <summary>The error of an object <c>{"error":{"message":"…"}}</c> or <c>{"error":"…"}</c>, or null.</summary>
    public static string? ErrorOf(JsonElement root)
    {
        var error = Field(root, "error");
        return error.ValueKind switch
        {
            JsonValueKind.Undefined or JsonValueKind.Null => null,
            JsonValueKind.String => error.GetString(),
            _ => Text(error, "message") ?? "",
        };
    }

    /// <summary>A field of an object, else undefined.</summary>
    public static JsonElement Field(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) ? value : default;

    /// <summary>A text that is not empty, else null.</summary>
    public static string? Text(JsonElement parent, string name) =>
        Field(parent, name) is { ValueKind: JsonValueKind.String } value && value.GetString() is { Length: > 0 } text
            ? text
            : null;

    private static int Length(JsonElement parent, string name) =>
        Field(parent, name) is { ValueKind: JsonValueKind.Array or JsonValueKind.String } value
            ? value.GetRawText().Length
            : 0;

    private static JsonElement FirstChoice(JsonElement root) =>
        Field(root, "choices") is { ValueKind: JsonValueKind.Array } choices && choices.GetArrayLength() > 0
            ? choices[0]
            : default;
}
