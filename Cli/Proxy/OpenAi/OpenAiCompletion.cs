using System.Text.Json.Nodes;
using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Messages;

namespace QuicPair.Cli.Proxy.OpenAi;

/// <summary>One completion in OpenAI's form, whole or in chunks.</summary>
internal sealed class OpenAiCompletion(string model)
{
    private readonly string _id = $"chatcmpl-{Guid.NewGuid():N}";
    private readonly long _created = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
    private bool _hasSaidRole;
    private int _calls;

    /// <summary>The chunk of one entry; null when there is nothing to say.</summary>
    public JsonObject? Chunk(Message message) => message switch
    {
        DeltaMessage delta => Chunk(Delta("content", delta.Content), null),
        ThinkingMessage thought => Chunk(Delta("reasoning", thought.Content), null),
        ToolCallMessage call => Chunk(Delta("tool_calls", new JsonArray(Call(call, withIndex: true))), null),
        DoneMessage done => Chunk(new JsonObject(), Finish(done)),
        _ => null,
    };

    /// <summary>The chunk after the last choice, for those who ask for it.</summary>
    public JsonObject UsageChunk(AnswerStatistics? statistics)
    {
        var chunk = Head("chat.completion.chunk");
        chunk["choices"] = new JsonArray();
        chunk["usage"] = Usage(statistics);
        return chunk;
    }

    /// <summary>The completion of an answer that is not streamed.</summary>
    public JsonObject Whole(DoneMessage done, string text, string thinking, IReadOnlyList<ToolCallMessage> calls)
    {
        var called = new JsonArray([.. calls.Select(call => Call(call, withIndex: false))]);
        var message = new JsonObject { ["role"] = "assistant" };
        message["content"] = text.Length == 0 && calls.Count > 0 ? null : text;
        if (thinking.Length > 0)
        {
            message["reasoning"] = thinking;
        }

        if (calls.Count > 0)
        {
            message["tool_calls"] = called;
        }

        var whole = Head("chat.completion");
        whole["choices"] = new JsonArray(new JsonObject
        {
            ["index"] = 0,
            ["message"] = message,
            ["finish_reason"] = Finish(done),
            ["logprobs"] = null,
        });
        whole["usage"] = Usage(done.Statistics);
        return whole;
    }

    /// <summary>A tool call; streams number them.</summary>
    public JsonObject Call(ToolCallMessage call, bool withIndex)
    {
        var described = new JsonObject();
        if (withIndex)
        {
            described["index"] = _calls;
        }

        described["id"] = $"call_{_id[9..17]}_{_calls++}";
        described["type"] = "function";
        described["function"] = new JsonObject { ["name"] = call.Name, ["arguments"] = call.Arguments };
        return described;
    }

    private JsonObject Delta(string field, JsonNode value)
    {
        var delta = new JsonObject();
        if (!_hasSaidRole)
        {
            delta["role"] = "assistant";
            _hasSaidRole = true;
        }

        delta[field] = value;
        return delta;
    }

    private JsonObject Chunk(JsonObject delta, string? finish)
    {
        var chunk = Head("chat.completion.chunk");
        chunk["choices"] = new JsonArray(new JsonObject
        {
            ["index"] = 0,
            ["delta"] = delta,
            ["finish_reason"] = finish,
            ["logprobs"] = null,
        });
        return chunk;
    }

    private JsonObject Head(string kind) => new()
    {
        ["id"] = _id,
        ["object"] = kind,
        ["created"] = _created,
        ["model"] = model,
    };

    private string Finish(DoneMessage done) =>
        done.Reason == DoneReason.Length ? "length" : _calls > 0 ? "tool_calls" : "stop";

    private static JsonObject Usage(AnswerStatistics? statistics)
    {
        var (prompt, answer) = (statistics?.PromptTokens ?? 0, statistics?.Tokens ?? 0);
        return new JsonObject
        {
            ["prompt_tokens"] = prompt,
            ["completion_tokens"] = answer,
            ["total_tokens"] = prompt + answer,
        };
    }
}
