using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace QuicPair.Client.Translation;

/// <summary>Tools and their calls as the JSON that runners take.</summary>
internal static class ToolJson
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonSerializerOptions Compact = new(AIJsonUtilities.DefaultOptions)
    {
        WriteIndented = false,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The declarations as an array; null without tools.</summary>
    public static string? Declarations(IList<AITool>? tools) => tools is null or [] ? null : Write(json =>
    {
        json.WriteStartArray();
        foreach (var tool in tools)
        {
            if (tool is not AIFunctionDeclaration function)
            {
                throw new NotSupportedException($"The tool {tool.Name} is not a function.");
            }

            json.WriteStartObject();
            json.WriteString("type", "function");
            json.WriteStartObject("function");
            json.WriteString("name", function.Name);
            json.WriteString("description", function.Description);
            json.WritePropertyName("parameters");
            function.JsonSchema.WriteTo(json);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    /// <summary>The calls of a turn as an array; null without calls.</summary>
    public static string? Calls(IReadOnlyList<FunctionCallContent> calls) => calls.Count == 0 ? null : Write(json =>
    {
        json.WriteStartArray();
        foreach (var call in calls)
        {
            json.WriteStartObject();
            json.WriteStartObject("function");
            json.WriteString("name", call.Name);
            json.WritePropertyName("arguments");
            json.WriteRawValue(
                JsonSerializer.Serialize(
                    call.Arguments ?? new Dictionary<string, object?>(),
                    Compact.GetTypeInfo(typeof(IDictionary<string, object?>))));
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    /// <summary>A tool's result as text: text as it is, everything else as JSON.</summary>
    public static string Result(FunctionResultContent content) => content.Result switch
    {
        null => content.Exception is null ? "" : "Error: the tool failed.",
        string text => text,
        JsonElement { ValueKind: JsonValueKind.String } json => json.GetString()!,
        var other => JsonSerializer.Serialize(other, Compact.GetTypeInfo(other.GetType())),
    };

    /// <summary>The arguments of a call, from the object that the model gave.</summary>
    public static IDictionary<string, object?> Arguments(string json) =>
        JsonElement.Parse(json).EnumerateObject().ToDictionary(field => field.Name, field => (object?)field.Value);

    private static string Write(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Relaxed))
        {
            write(json);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
