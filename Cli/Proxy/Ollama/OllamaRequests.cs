using System.Text.Json;
using QuicPair.Cli.Proxy.Requests;
using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Messages;

namespace QuicPair.Cli.Proxy.Ollama;

/// <summary>Makes chats of Ollama's requests.</summary>
internal static class OllamaRequests
{
    private static readonly string[] WithoutPlace = ["raw", "template", "suffix"];

    public static ChatMessage Chat(ApiBody body) => Common(body) with
    {
        Turns = [.. body.Objects("messages").Select(Turn)],
        Tools = body.Objects("tools").Count > 0 ? body.Raw("tools") : null,
    };

    public static ChatMessage Generate(ApiBody body)
    {
        foreach (var field in WithoutPlace)
        {
            if (body.Find(field) is { } value && value.ValueKind != JsonValueKind.False && value.GetRawText() != "\"\"")
            {
                throw ProxyException.Bad($"{field} is not supported by this proxy", field);
            }
        }

        if (body.Find("context") is { } context)
        {
            if (context.ValueKind != JsonValueKind.Array) throw ApiBody.Wrong("context");
            if (context.GetArrayLength() > 0)
            {
                throw ProxyException.Bad("context is not supported by this proxy; use /api/chat", "context");
            }
        }

        var (prompt, images) = (body.Text("prompt") ?? "", body.Images("images"));
        return Common(body) with
        {
            System = body.Text("system"),
            Turns = prompt.Length == 0 && images is null
                ? []
                : [new ChatTurn { Role = ChatRole.User, Content = prompt, Images = images }],
        };
    }

    private static ChatMessage Common(ApiBody body)
    {
        if (body.Flag("logprobs") is true)
        {
            throw ProxyException.Bad("logprobs is not supported by this proxy", "logprobs");
        }

        return new ChatMessage
        {
            Model = body.RequiredText("model"),
            Options = body.Object("options") is { } options ? Options(options) : null,
            Think = Think(body),
            Format = Format(body),
        };
    }

    private static string? Format(ApiBody body) => body.Raw("format") switch
    {
        null or "\"\"" => null,
        "\"json\"" => "\"json\"",
        { } schema when schema.StartsWith('{') => schema,
        _ => throw ProxyException.Bad("invalid format; expected \"json\" or a valid JSON Schema object", "format"),
    };

    // QP/1 says whether a model thinks, not how hard: the words for that only turn it on.
    private static bool? Think(ApiBody body) => body.Find("think") switch
    {
        null => null,
        { ValueKind: JsonValueKind.True or JsonValueKind.String } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => throw ApiBody.Wrong("think"),
    };

    private static ChatTurn Turn(ApiBody message) => new()
    {
        Role = message.Text("role") switch
        {
            "system" => ChatRole.System,
            "user" => ChatRole.User,
            "assistant" => ChatRole.Assistant,
            "tool" => ChatRole.Tool,
            var other => throw ProxyException.Bad($"invalid role: {other}", "messages"),
        },
        Content = message.Text("content") ?? "",
        Images = message.Images("images"),
        ToolCalls = message.Objects("tool_calls").Count > 0 ? message.Raw("tool_calls") : null,
        ToolName = message.Text("tool_name"),
    };

    private static ChatOptions Options(ApiBody options) => new()
    {
        ContextLength = options.Count("num_ctx"),
        MaxTokens = options.Count("num_predict"),
        Temperature = options.Number("temperature"),
        TopK = options.Count("top_k"),
        TopP = options.Number("top_p"),
        MinP = options.Number("min_p"),
        Seed = options.Seed("seed"),
        Stop = options.Texts("stop"),
        RepeatPenalty = options.Number("repeat_penalty"),
    };
}
