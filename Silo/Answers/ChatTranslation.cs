using System.Text.Json;
using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Messages;
using QuicPair.Silo.Runners;

namespace QuicPair.Silo.Answers;

/// <summary>Makes a runner's chat of a phone's request.</summary>
internal static class ChatTranslation
{
    /// <summary>False when a field that is passed on has not the form that runners take.</summary>
    public static bool TryTranslate(ChatMessage request, out RunnerChat chat)
    {
        var messages = new List<RunnerMessage>();
        chat = new RunnerChat(request.Model ?? "", messages)
        {
            Options = Options(request.Options),
            Format = request.Format is { } format ? JsonElement.Parse(format) : null,
            Think = request.Think is { } think ? (think ? "true" : "false") : null,
        };
        if (request.System is { } system) messages.Add(new RunnerMessage("system", system));
        if (request.Prompt is { } prompt) messages.Add(new RunnerMessage("user", prompt));
        foreach (var turn in request.Turns ?? [])
        {
            if (!TryTranslate(turn, out var message)) return false;
            messages.Add(message);
        }

        if (request.Tools is not { } tools) return true;
        var elements = JsonElement.Parse(tools);
        chat = chat with { Tools = [.. elements.EnumerateArray()] };
        return chat.Tools.All(tool => tool.ValueKind == JsonValueKind.Object);
    }

    private static bool TryTranslate(ChatTurn turn, out RunnerMessage message)
    {
        var calls = new List<RunnerEvent.ToolCall>();
        message = new RunnerMessage(Role(turn.Role), turn.Content)
        {
            Images = turn.Images ?? [],
            ToolName = turn.ToolName,
            ToolCalls = calls,
        };
        if (turn.ToolCalls is null) return true;
        foreach (var call in JsonElement.Parse(turn.ToolCalls).EnumerateArray())
        {
            if (call.ValueKind != JsonValueKind.Object) return false;
            var function = call.TryGetProperty("function", out var inner) ? inner : call;
            if (function.ValueKind != JsonValueKind.Object
                || !function.TryGetProperty("name", out var name) || name.ValueKind != JsonValueKind.String
                || !function.TryGetProperty("arguments", out var arguments)
                || arguments.ValueKind != JsonValueKind.Object)
            {
                return false;
            }

            calls.Add(new RunnerEvent.ToolCall(name.GetString()!, arguments.GetRawText()));
        }

        return true;
    }

    private static string Role(ChatRole role) => role switch
    {
        ChatRole.System => "system",
        ChatRole.Assistant => "assistant",
        ChatRole.Tool => "tool",
        _ => "user",
    };

    private static SamplingOptions Options(ChatOptions? options) => options is null
        ? SamplingOptions.None
        : new SamplingOptions
        {
            ContextTokens = options.ContextLength,
            MaxTokens = options.MaxTokens,
            Temperature = options.Temperature,
            TopK = options.TopK,
            TopP = options.TopP,
            MinP = options.MinP,
            Seed = options.Seed,
            Stop = options.Stop,
            RepeatPenalty = options.RepeatPenalty,
        };
}
