using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using QuicPair.Cli.Proxy.Requests;
using QuicPair.Client.Translation;
using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Messages;

namespace QuicPair.Cli.Proxy.OpenAi;

/// <summary>Makes chats of OpenAI's requests.</summary>
internal static class OpenAiRequests
{
    private const string DataUrl = ";base64,";

    public static ChatMessage Chat(ApiBody body)
    {
        if (body.Number("n") is > 1)
        {
            throw ProxyException.Bad("n above 1 is not supported.", "n");
        }

        if (body.Flag("logprobs") is true)
        {
            throw ProxyException.Bad("Log probabilities are not supported by this proxy.", "logprobs");
        }

        if (body.Objects("functions").Count > 0)
        {
            throw ProxyException.Bad("functions is not supported by this proxy; use tools.", "functions");
        }

        return new ChatMessage
        {
            Model = body.RequiredText("model"),
            Turns = Turns(body),
            Options = Options(body),
            // QP/1 says whether a model thinks, not how hard.
            Think = body.Text("reasoning_effort") is { } effort ? effort != "none" : null,
            Format = Format(body.Object("response_format")),
            Tools = Tools(body),
        };
    }

    // Nobody can make a model call a tool. The one that it is to call is offered alone, and the model decides; several
    // of which it has to call one are more than that.
    private static string? Tools(ApiBody body)
    {
        var tools = body.Objects("tools");
        IReadOnlyList<ApiBody> offered = body.Find("tool_choice") switch
        {
            null => tools,
            { ValueKind: JsonValueKind.String } choice => choice.GetString() switch
            {
                "auto" => tools,
                "none" => [],
                "required" when tools.Count == 1 => tools,
                _ => throw Forced(),
            },
            { ValueKind: JsonValueKind.Object } => [Named(body.Object("tool_choice")!, tools) ?? throw Forced()],
            _ => throw ApiBody.Wrong("tool_choice"),
        };
        return offered.Count == 0 ? null
            : offered.Count == tools.Count ? body.Raw("tools")
            : $"[{offered[0].Json}]";
    }

    private static ApiBody? Named(ApiBody choice, IReadOnlyList<ApiBody> tools) =>
        choice.Object("function")?.Text("name") is { } name
            ? tools.FirstOrDefault(tool => tool.Object("function")?.Text("name") == name)
            : null;

    private static ProxyException Forced() => ProxyException.Bad(
        "Of tool_choice this proxy supports auto, none, required with one tool, and the name of one of the tools.",
        "tool_choice");

    private static IReadOnlyList<ChatTurn> Turns(ApiBody body)
    {
        var conversation = new Conversation();
        foreach (var message in body.Objects("messages"))
        {
            var turn = Turn(message, conversation);
            if (turn.Role == ChatRole.Tool)
            {
                conversation.AddResult(turn, message.Text("tool_call_id"));
            }
            else
            {
                conversation.Add(turn);
            }
        }

        var turns = conversation.Turns;
        return turns.Count > 0 ? turns : throw ProxyException.Bad("messages is required", "messages");
    }

    private static ChatTurn Turn(ApiBody message, Conversation conversation)
    {
        var (text, images) = Content(message);
        return new ChatTurn
        {
            Role = message.Text("role") switch
            {
                "system" or "developer" => ChatRole.System,
                "user" => ChatRole.User,
                "assistant" => ChatRole.Assistant,
                "tool" => ChatRole.Tool,
                var other => throw ProxyException.Bad($"Invalid role: {other}", "messages"),
            },
            Content = text,
            Images = images.Count > 0 ? images : null,
            ToolCalls = Calls(message, conversation),
            ToolName = conversation.Tool(message.Text("tool_call_id")),
        };
    }

    private static (string Text, List<string> Images) Content(ApiBody message)
    {
        if (message.Find("content") is not { ValueKind: JsonValueKind.Array })
        {
            return (message.Text("content") ?? "", []);
        }

        var (texts, images) = (new List<string>(), new List<string>());
        foreach (var part in message.Objects("content"))
        {
            switch (part.Text("type"))
            {
                case "text":
                    texts.Add(part.Text("text") ?? "");
                    break;
                case "image_url":
                    images.Add(Image(part.Object("image_url")?.Text("url") ?? ""));
                    break;
                case var other:
                    throw ProxyException.Bad($"Content of type {other} is not supported.", "messages");
            }
        }

        return (string.Join('\n', texts), images);
    }

    // A proxy that fetched addresses for its callers would fetch those of this machine's network too.
    private static string Image(string url)
    {
        var at = url.IndexOf(DataUrl, StringComparison.Ordinal);
        return at > 0 && url.StartsWith("data:image/", StringComparison.Ordinal)
            ? ApiBody.Image(url[(at + DataUrl.Length)..], "messages")
            : throw ProxyException.Bad("Images must be data: addresses with base64.", "messages");
    }

    private static string? Calls(ApiBody message, Conversation conversation)
    {
        var calls = new JsonArray();
        foreach (var call in message.Objects("tool_calls"))
        {
            var function = call.Object("function") ?? throw ApiBody.Wrong("tool_calls");
            var name = function.RequiredText("name");
            if (call.Text("id") is { } id)
            {
                conversation.AddCall(id, name);
            }

            calls.Add(new JsonObject
            {
                ["function"] = new JsonObject { ["name"] = name, ["arguments"] = Arguments(function) },
            });
        }

        return calls.Count > 0 ? calls.ToJsonString() : null;
    }

    private static JsonNode Arguments(ApiBody function)
    {
        try
        {
            var text = function.Text("arguments") is { Length: > 0 } given ? given : "{}";
            var arguments = JsonNode.Parse(text);
            return arguments is JsonObject && JsonText.IsWhole(Encoding.UTF8.GetBytes(text))
                ? arguments
                : throw ApiBody.Wrong("arguments");
        }
        catch (JsonException)
        {
            throw ProxyException.Bad("The arguments of a tool call are not valid JSON.", "messages");
        }
    }

    private static string? Format(ApiBody? format) => format?.Text("type") switch
    {
        null or "text" => null,
        "json_object" => "\"json\"",
        "json_schema" => format.Object("json_schema")?.Raw("schema") ?? throw ApiBody.Wrong("response_format"),
        _ => throw ApiBody.Wrong("response_format"),
    };

    private static ChatOptions Options(ApiBody body) => new()
    {
        MaxTokens = body.Count("max_completion_tokens") ?? body.Count("max_tokens"),
        Temperature = body.Number("temperature"),
        TopP = body.Number("top_p"),
        Seed = body.Seed("seed"),
        Stop = body.Texts("stop"),
    };
}
