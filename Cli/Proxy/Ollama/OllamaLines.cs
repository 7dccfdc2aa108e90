using System.Diagnostics;
using System.Text.Json.Nodes;
using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Messages;

namespace QuicPair.Cli.Proxy.Ollama;

/// <summary>The lines of an answer, as <c>/api/chat</c> or <c>/api/generate</c> has them.</summary>
internal sealed class OllamaLines(string model, bool isChat)
{
    private const long NanosecondsPerMillisecond = 1_000_000;

    private readonly long _startedAt = Stopwatch.GetTimestamp();

    /// <summary>The line of one entry of a stream.</summary>
    public JsonObject Of(Message message) => message switch
    {
        DeltaMessage delta => Line(delta.Content, "", [], done: false),
        ThinkingMessage thought => Line("", thought.Content, [], done: false),
        ToolCallMessage call => Line("", "", [call], done: false),
        DoneMessage done => End(done, "", "", []),
        _ => Line("", "", [], done: false),
    };

    /// <summary>The last line; of an answer that is not streamed the only one.</summary>
    public JsonObject End(DoneMessage done, string text, string thinking, IReadOnlyList<ToolCallMessage> calls)
    {
        var line = Line(text, thinking, calls, done: true);
        line["done_reason"] = done.Reason == DoneReason.Length ? "length" : "stop";
        line["total_duration"] = (long)Stopwatch.GetElapsedTime(_startedAt).TotalNanoseconds;
        if (done.Statistics is { } statistics)
        {
            if (statistics.LoadMs is { } load)
            {
                line["load_duration"] = load * NanosecondsPerMillisecond;
            }

            if (statistics.PromptTokens is { } promptTokens)
            {
                line["prompt_eval_count"] = promptTokens;
            }

            line["prompt_eval_duration"] = statistics.PromptMs * NanosecondsPerMillisecond;
            line["eval_count"] = statistics.Tokens;
            if (statistics.TokensPerSecond > 0)
            {
                line["eval_duration"] = (long)(statistics.Tokens / statistics.TokensPerSecond * 1e9);
            }
        }

        return line;
    }

    /// <summary>The reply to a chat that only loads or unloads.</summary>
    public JsonObject Presence(string reason)
    {
        var line = Line("", "", [], done: true);
        line["done_reason"] = reason;
        return line;
    }

    private JsonObject Line(string text, string thinking, IReadOnlyList<ToolCallMessage> calls, bool done)
    {
        var line = new JsonObject
        {
            ["model"] = model,
            ["created_at"] = DateTime.UtcNow.ToString("O"),
        };
        if (isChat)
        {
            var message = new JsonObject { ["role"] = "assistant", ["content"] = text };
            AddThinking(message, thinking);
            if (calls.Count > 0)
            {
                message["tool_calls"] = new JsonArray([.. calls.Select(Call)]);
            }

            line["message"] = message;
        }
        else
        {
            line["response"] = text;
            AddThinking(line, thinking);
        }

        line["done"] = done;
        return line;
    }

    private static void AddThinking(JsonObject target, string thinking)
    {
        if (thinking.Length > 0)
        {
            target["thinking"] = thinking;
        }
    }

    private static JsonObject Call(ToolCallMessage call) => new()
    {
        ["function"] = new JsonObject
        {
            ["name"] = call.Name,
            ["arguments"] = JsonNode.Parse(call.Arguments),
        },
    };
}
