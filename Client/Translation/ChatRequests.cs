using Microsoft.Extensions.AI;
using Ai = Microsoft.Extensions.AI;
using Wire = QuicPair.Protocol.Chat;

namespace QuicPair.Client.Translation;

/// <summary>Makes a QP/1 chat of a request of Microsoft.Extensions.AI.</summary>
internal static class ChatRequests
{
    /// <exception cref="NotSupportedException">There is no place for something in it.</exception>
    public static Protocol.Messages.ChatMessage From(IEnumerable<Ai.ChatMessage> messages, ChatOptions? options)
    {
        var request = new Protocol.Messages.ChatMessage { Turns = Turns(messages) };
        if (options is null)
        {
            return request;
        }

        if (options.ConversationId is not null || options.ContinuationToken is not null)
        {
            throw new NotSupportedException("A Mac keeps no conversations; send the earlier messages along.");
        }

        return request with
        {
            Model = options.ModelId,
            System = options.Instructions,
            Options = Options(options),
            Think = options.Reasoning?.Effort is { } effort ? effort != ReasoningEffort.None : null,
            Format = options.ResponseFormat is ChatResponseFormatJson json
                ? json.Schema?.GetRawText() ?? "\"json\""
                : null,
            Tools = Tools(options),
        };
    }

    // QP/1 section 7 has a field for the tools and none for a choice among them, as Ollama has none.
    private static string? Tools(ChatOptions options) => options.ToolMode switch
    {
        NoneChatToolMode => null,
        RequiredChatToolMode => throw new NotSupportedException("Whether a tool is called is the model's choice."),
        _ => ToolJson.Declarations(options.Tools),
    };

    private static List<Wire.ChatTurn> Turns(IEnumerable<Ai.ChatMessage> messages)
    {
        var turns = new List<Wire.ChatTurn>();
        var names = new Dictionary<string, string>();
        foreach (var message in messages)
        {
            foreach (var call in message.Contents.OfType<FunctionCallContent>())
            {
                names[call.CallId] = call.Name;
            }

            foreach (var result in message.Contents.OfType<FunctionResultContent>())
            {
                turns.Add(new Wire.ChatTurn
                {
                    Role = Wire.ChatRole.Tool,
                    Content = ToolJson.Result(result),
                    ToolName = names.GetValueOrDefault(result.CallId),
                });
            }

            if (!message.Contents.Any(content => content is FunctionResultContent))
            {
                turns.Add(Turn(message));
            }
        }

        return turns;
    }

    private static Wire.ChatTurn Turn(Ai.ChatMessage message)
    {
        List<string> images = [];
        foreach (var content in message.Contents)
        {
            switch (content)
            {
                case DataContent data when data.HasTopLevelMediaType("image"):
                    images.Add(data.Base64Data.ToString());
                    break;
                case DataContent or UriContent:
                    throw new NotSupportedException("Only embedded images can be sent along.");
                default:
                    break;
            }
        }

        return new Wire.ChatTurn
        {
            Role = Role(message.Role),
            Content = message.Text,
            Images = images.Count > 0 ? images : null,
            ToolCalls = ToolJson.Calls([.. message.Contents.OfType<FunctionCallContent>()]),
        };
    }

    private static Wire.ChatRole Role(ChatRole role) =>
        role == ChatRole.System ? Wire.ChatRole.System
        : role == ChatRole.Assistant ? Wire.ChatRole.Assistant
        : role == ChatRole.Tool ? Wire.ChatRole.Tool
        : role == ChatRole.User ? Wire.ChatRole.User
        : throw new NotSupportedException($"A Mac knows no role {role.Value}.");

    private static Wire.ChatOptions Options(ChatOptions options) => new()
    {
        ContextLength = Whole(options, "num_ctx"),
        MaxTokens = options.MaxOutputTokens,
        Temperature = options.Temperature,
        TopK = options.TopK,
        TopP = options.TopP,
        MinP = Real(options, "min_p"),
        Seed = options.Seed,
        Stop = options.StopSequences is { Count: > 0 } stop ? [.. stop] : null,
        RepeatPenalty = Real(options, "repeat_penalty"),
    };

    private static long? Whole(ChatOptions options, string name) => Real(options, name) is { } value
        ? (long)value
        : null;

    private static double? Real(ChatOptions options, string name) =>
        options.AdditionalProperties?.TryGetValue(name, out var value) is not true ? null : value switch
        {
            null => null,
            IConvertible number => number.ToDouble(System.Globalization.CultureInfo.InvariantCulture),
            System.Text.Json.JsonElement { ValueKind: System.Text.Json.JsonValueKind.Number } json => json.GetDouble(),
            _ => throw new NotSupportedException($"{name} is a number."),
        };
}
