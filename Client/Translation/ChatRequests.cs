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

        // 0 is none.
        if (options is not { FrequencyPenalty: null or 0, PresencePenalty: null or 0 })
        {
            throw new NotSupportedException(
                "A Mac has no frequency and no presence penalty; the option repeat_penalty is Ollama's.");
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

    private static IReadOnlyList<Wire.ChatTurn> Turns(IEnumerable<Ai.ChatMessage> messages)
    {
        var conversation = new Conversation();
        foreach (var message in messages)
        {
            foreach (var call in message.Contents.OfType<FunctionCallContent>())
            {
                conversation.AddCall(call.CallId, call.Name);
            }

            List<FunctionResultContent> results = [.. message.Contents.OfType<FunctionResultContent>()];
            if (results.Count == 0)
            {
                conversation.Add(Turn(Role(message.Role), message.Contents));
            }
            else
            {
                AddWithResults(conversation, message, results);
            }
        }

        return conversation.Turns;
    }

    // On the wire a result is a turn of its own. Calls stand before their results, and what else the message holds
    // behind them: said by the user where it came with a tool's message, which has no place for it.
    private static void AddWithResults(
        Conversation conversation, Ai.ChatMessage message, List<FunctionResultContent> results)
    {
        var role = Role(message.Role);
        List<AIContent> others = [.. message.Contents.Where(content => content is not FunctionResultContent)];
        var end = others.FindLastIndex(content => content is FunctionCallContent) + 1;
        AddIfAny(Turn(role, others[..end]));
        foreach (var result in results)
        {
            var turn = new Wire.ChatTurn
            {
                Role = Wire.ChatRole.Tool,
                Content = ToolJson.Result(result),
                ToolName = conversation.Tool(result.CallId),
            };
            conversation.AddResult(turn, result.CallId);
        }

        AddIfAny(Turn(role == Wire.ChatRole.Tool ? Wire.ChatRole.User : role, others[end..]));

        void AddIfAny(Wire.ChatTurn turn)
        {
            if (turn.Content.Length > 0 || turn.Images is not null || turn.ToolCalls is not null)
            {
                conversation.Add(turn);
            }
        }
    }

    private static Wire.ChatTurn Turn(Wire.ChatRole role, IList<AIContent> contents)
    {
        List<string> images = [];
        foreach (var content in contents)
        {
            switch (content)
            {
                case DataContent data when data.HasTopLevelMediaType("image"):
                    images.Add(data.Base64Data.ToString());
                    break;
                case DataContent or UriContent:
                    throw new NotSupportedException("Only embedded images can be sent along.");
                case TextContent or FunctionCallContent:
                    break;

                // What an earlier answer brought along beside its words; a model needs neither again.
                case TextReasoningContent or UsageContent:
                    break;
                default:
                    throw new NotSupportedException($"A Mac cannot take {content.GetType().Name}.");
            }
        }

        return new Wire.ChatTurn
        {
            Role = role,
            Content = string.Concat(contents.OfType<TextContent>().Select(text => text.Text)),
            Images = images.Count > 0 ? images : null,
            ToolCalls = ToolJson.Calls([.. contents.OfType<FunctionCallContent>()]),
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
