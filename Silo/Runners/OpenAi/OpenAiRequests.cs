using System.Text.Json;
using Microsoft.Extensions.AI;

namespace QuicPair.Silo.Runners.OpenAi;

/// <summary>Translates our chats into those of Microsoft.Extensions.AI.</summary>
internal static class OpenAiRequests
{
    private static readonly byte[] Png = [0x89, (byte)'P', (byte)'N', (byte)'G'];
    private static readonly byte[] Gif = "GIF8"u8.ToArray();
    private static readonly byte[] Riff = "RIFF"u8.ToArray();

    public static List<ChatMessage> Messages(RunnerChat chat)
    {
        var messages = new List<ChatMessage>(chat.Messages.Count);
        var asked = new List<(string Id, string Name)>();
        var calls = 0;
        foreach (var turn in chat.Messages)
        {
            if (turn.Role == "tool")
            {
                var result = new FunctionResultContent(Answered(asked, turn), turn.Content);
                messages.Add(new ChatMessage(ChatRole.Tool, [result]));
                continue;
            }

            // What the user speaks over is not answered any more.
            if (turn.Role == "user") asked.Clear();
            var contents = new List<AIContent>();
            if (turn.Content.Length > 0) contents.Add(new TextContent(turn.Content));
            contents.AddRange(turn.Images.Select(Picture));
            foreach (var call in turn.ToolCalls)
            {
                var id = $"call_{++calls}";
                asked.Add((id, call.Name));
                contents.Add(new FunctionCallContent(
                    id, call.Name, JsonSerializer.Deserialize<Dictionary<string, object?>>(call.Arguments)));
            }

            messages.Add(new ChatMessage(Role(turn.Role), contents));
        }

        return messages;
    }

    public static ChatOptions Options(RunnerChat chat) => new()
    {
        ModelId = chat.Model,
        MaxOutputTokens = chat.Options.MaxTokens is { } tokens ? (int)Math.Min(tokens, int.MaxValue) : null,
        Temperature = SamplingOptions.Single(chat.Options.Temperature),
        TopP = SamplingOptions.Single(chat.Options.TopP),
        Seed = chat.Options.Seed,
        StopSequences = chat.Options.Stop is { Count: > 0 } stop ? [.. stop] : null,
        Tools = chat.Tools.Count == 0 ? null : [.. chat.Tools.Select(Tool)],
        ResponseFormat = chat.Format switch
        {
            null => null,
            { ValueKind: JsonValueKind.Object } schema => ChatResponseFormat.ForJsonSchema(schema, "answer"),
            _ => ChatResponseFormat.Json,
        },
    };

    private static ChatRole Role(string role) => role switch
    {
        "system" => ChatRole.System,
        "assistant" => ChatRole.Assistant,
        _ => ChatRole.User,
    };

    /// <summary>The call that a tool's result answers: the oldest of its name that is open, else the oldest.</summary>
    private static string Answered(List<(string Id, string Name)> asked, RunnerMessage turn)
    {
        var index = asked.FindIndex(call => turn.ToolName is null || call.Name == turn.ToolName);
        if (index < 0) index = asked.Count - 1;
        if (index < 0) return "call_0";
        var id = asked[index].Id;
        asked.RemoveAt(index);
        return id;
    }

    private static DataContent Picture(string base64)
    {
        var bytes = Convert.FromBase64String(base64);
        var type = bytes.AsSpan().StartsWith(Png) ? "image/png"
            : bytes.AsSpan().StartsWith(Gif) ? "image/gif"
            : bytes.AsSpan().StartsWith(Riff) ? "image/webp"
            : "image/jpeg";
        return new DataContent(bytes, type);
    }

    private static AITool Tool(JsonElement tool)
    {
        var function = OpenAiChunk.Field(tool, "function");
        if (function.ValueKind != JsonValueKind.Object) function = tool;
        var parameters = OpenAiChunk.Field(function, "parameters");
        return AIFunctionFactory.CreateDeclaration(
            OpenAiChunk.Text(function, "name") ?? "tool",
            OpenAiChunk.Text(function, "description"),
            parameters.ValueKind == JsonValueKind.Object ? parameters : JsonElement.Parse("""{"type":"object"}"""));
    }
}
