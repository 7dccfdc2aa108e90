using Microsoft.Extensions.AI;
using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Messages;
using Ai = Microsoft.Extensions.AI;

namespace QuicPair.Client.Translation;

/// <summary>Makes updates of Microsoft.Extensions.AI of the messages of one answer.</summary>
internal sealed class ChatUpdates(string? model)
{
    // With it an id of a call has far less than the 40 characters that OpenAI's API takes, and is still one of its own.
    private const int ShownId = 8;

    private readonly string _messageId = Guid.NewGuid().ToString("N");
    private int _calls;

    /// <exception cref="AnswerException">The message is an error.</exception>
    public ChatResponseUpdate From(Message message)
    {
        var update = new ChatResponseUpdate(Ai.ChatRole.Assistant, Contents(message))
        {
            ResponseId = message.Id,
            MessageId = _messageId,
            ModelId = model,
            CreatedAt = DateTimeOffset.UtcNow,
            RawRepresentation = message,
        };
        if (message is DoneMessage done)
        {
            update.FinishReason = done.Reason == DoneReason.Length ? ChatFinishReason.Length
                : _calls > 0 ? ChatFinishReason.ToolCalls
                : ChatFinishReason.Stop;
            update.AdditionalProperties = Times(done.Statistics);
        }

        return update;
    }

    private List<AIContent> Contents(Message message)
    {
        switch (message)
        {
            case DeltaMessage delta:
                return [new TextContent(delta.Content)];
            case ThinkingMessage thinking:
                return [new TextReasoningContent(thinking.Content)];
            case ToolCallMessage call:
                // Numbers begin anew with each answer, and a conversation holds the calls of several.
                var chat = call.Id is { Length: > ShownId } whole ? whole[..ShownId] : call.Id;
                var id = $"call_{chat}_{_calls++}";
                return [new FunctionCallContent(id, call.Name, ToolJson.Arguments(call.Arguments))];
            case DoneMessage { Statistics: { } statistics }:
                return [new UsageContent(Usage(statistics))];
            case ErrorMessage error:
                throw new AnswerException(error);
            default:
                return [];
        }
    }

    private static UsageDetails Usage(AnswerStatistics statistics) => new()
    {
        InputTokenCount = statistics.PromptTokens,
        OutputTokenCount = statistics.Tokens,
        TotalTokenCount = statistics.PromptTokens + statistics.Tokens,
    };

    private static AdditionalPropertiesDictionary? Times(AnswerStatistics? statistics)
    {
        if (statistics is null) return null;
        var times = new AdditionalPropertiesDictionary
        {
            ["queue_ms"] = statistics.QueueMs,
            ["prompt_ms"] = statistics.PromptMs,
            ["ttft_ms"] = statistics.TtftMs,
        };
        if (statistics.TokensPerSecond > 0) times["tokens_per_s"] = statistics.TokensPerSecond;
        if (statistics.LoadMs is { } load) times["load_ms"] = load;
        return times;
    }
}
