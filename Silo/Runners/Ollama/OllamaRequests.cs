using System.Text.Encodings.Web;
using System.Text.Json;
using OllamaSharp.Models;
using OllamaSharp.Models.Chat;

namespace QuicPair.Silo.Runners.Ollama;

/// <summary>Translates between our chats and OllamaSharp's.</summary>
internal static class OllamaRequests
{
    private static readonly JsonSerializerOptions Arguments = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static ChatRequest Chat(RunnerChat chat) => new()
    {
        Model = chat.Model,
        Stream = true,
        Messages = [.. chat.Messages.Select(Message)],
        Options = Options(chat.Options),
        Think = Think(chat.Think),
        Format = chat.Format,
        Tools = chat.Tools.Count == 0 ? null : [.. chat.Tools.Select(tool => (object)tool)],
    };

    /// <summary>
    /// A chat without messages loads the model, or unloads it when it is to be kept for no time.
    /// </summary>
    public static ChatRequest Presence(string model, bool loaded) => new()
    {
        Model = model,
        Stream = true,
        Messages = [],
        KeepAlive = loaded ? null : "0",
    };

    public static RunnerEvent.ToolCall ToolCall(Message.ToolCall call) => new(
        call.Function?.Name ?? "",
        JsonSerializer.Serialize(call.Function?.Arguments ?? new Dictionary<string, object?>(), Arguments));

    public static RunnerEvent.Finished Finished(ChatDoneResponseStream done) => new(
        done.DoneReason == "length",
        new RunnerStatistics(
            Nanoseconds(done.LoadDuration), Nanoseconds(done.PromptEvalDuration), done.EvalCount,
            Nanoseconds(done.EvalDuration))
        {
            PromptTokens = done.PromptEvalCount,
        });

    private static TimeSpan Nanoseconds(long count) =>
        TimeSpan.FromTicks(count / TimeSpan.NanosecondsPerTick);

    private static Message Message(RunnerMessage message) => new()
    {
        Role = message.Role switch
        {
            "system" => ChatRole.System,
            "assistant" => ChatRole.Assistant,
            "tool" => ChatRole.Tool,
            _ => ChatRole.User,
        },
        Content = message.Content,
        Images = message.Images.Count == 0 ? null : [.. message.Images],
        ToolName = message.ToolName,
        ToolCalls = message.ToolCalls.Count == 0 ? null : [.. message.ToolCalls.Select(ToolCall)],
    };

    private static Message.ToolCall ToolCall(RunnerEvent.ToolCall call) => new()
    {
        Function = new Message.Function
        {
            Name = call.Name,
            Arguments = JsonSerializer.Deserialize<Dictionary<string, object?>>(call.Arguments),
        },
    };

    private static RequestOptions? Options(SamplingOptions options) => options == SamplingOptions.None
        ? null
        : new RequestOptions
        {
            NumCtx = Int(options.ContextTokens),
            NumPredict = Int(options.MaxTokens),
            Temperature = SamplingOptions.Single(options.Temperature),
            TopK = Int(options.TopK),
            TopP = SamplingOptions.Single(options.TopP),
            MinP = SamplingOptions.Single(options.MinP),
            Seed = Seed(options.Seed),
            Stop = options.Stop is { Count: > 0 } stop ? [.. stop] : null,
            RepeatPenalty = SamplingOptions.Single(options.RepeatPenalty),
        };

    // Ollama's seeds have 31 bits: the lower ones of a longer seed, so that its neighbour is another.
    private static int? Seed(long? value) => value is { } number ? (int)(number & int.MaxValue) : null;

    private static int? Int(long? value) => value is { } number ? (int)Math.Min(number, int.MaxValue) : null;

    private static ThinkValue? Think(string? think) => think switch
    {
        null => (ThinkValue?)null,
        "true" => new ThinkValue((bool?)true),
        "false" => new ThinkValue((bool?)false),
        _ => new ThinkValue(think),
    };
}
