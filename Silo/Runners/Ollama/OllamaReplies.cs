using System.Globalization;
using System.Text.Json;
using OllamaSharp.Models;
using OllamaSharp.Models.Chat;
using QuicPair.Protocol.Chat;

namespace QuicPair.Silo.Runners.Ollama;

/// <summary>Makes our records of OllamaSharp's.</summary>
internal static class OllamaReplies
{
    private const int TextCharacters = 16 * 1024;

    /// <summary>The models of a list that have a name: without one, nobody can ask for it.</summary>
    public static IEnumerable<T> Named<T>(IEnumerable<T>? models)
        where T : Model =>
        (models ?? []).Where(model => model is { Name.Length: > 0 });

    /// <summary>The tool calls of a piece of an answer; what is none is passed over.</summary>
    public static IEnumerable<Message.ToolCall> ToolCalls(ChatResponseStream piece) =>
        (piece.Message?.ToolCalls ?? []).OfType<Message.ToolCall>();

    public static ModelCard Card(Model model, OllamaTag? tag, bool isLoaded) => new(
        model.Name, model.Size, isLoaded, tag?.Remote ?? false, tag?.Capabilities ?? [])
    {
        Digest = model.Digest,
        Modified = Moment(model.ModifiedAt),
        Family = model.Details?.Family,
        ParameterSize = model.Details?.ParameterSize,
        Quantization = model.Details?.QuantizationLevel,
        RemoteHost = tag?.RemoteHost,
        RemoteModel = tag?.RemoteModel,
    };

    public static Protocol.Chat.RunningModel Running(OllamaSharp.Models.RunningModel model) => new()
    {
        Name = model.Name,
        Size = Positive(model.Size),
        VideoMemory = RunnerStatistics.Count(model.SizeVram),
        ContextLength = Positive(model.ContextLength),
        Until = Moment(model.ExpiresAt)?.ToUnixTimeSeconds(),
    };

    public static PullProgress Progress(PullModelResponse step) => new(
        step.Status ?? "", step.Total > 0 ? RunnerStatistics.Count(step.Completed) : null, Positive(step.Total));

    public static ModelDetails Details(ShowModelResponse model) => new()
    {
        Family = model.Details?.Family,
        Format = model.Details?.Format,
        ParameterSize = model.Details?.ParameterSize,
        Quantization = model.Details?.QuantizationLevel,
        ContextLength = Extra(model, ".context_length"),
        EmbeddingLength = Extra(model, ".embedding_length"),
        Parameters = Cut(model.Parameters),
        Template = Cut(model.Template),
        System = Cut(model.System),
    };

    /// <summary>A number that the architecture's name stands before: <c>qwen2.context_length</c>.</summary>
    private static long? Extra(ShowModelResponse model, string name)
    {
        if (model.Info?.ExtraInfo is not { } extras) return null;
        var key = (model.Info.Architecture ?? "") + name;
        if (!extras.TryGetValue(key, out var value)) return null;
        return long.TryParse(
            value is JsonElement element ? element.ToString() : Convert.ToString(value, CultureInfo.InvariantCulture),
            NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? Positive(number)
            : null;
    }

    private static long? Positive(long number) => number > 0 ? RunnerStatistics.Count(number) : null;

    /// <summary>
    /// A time, or null for one that is missing: the calendar's first, and a zone east of Greenwich has none before it.
    /// </summary>
    private static DateTimeOffset? Moment(DateTime time)
    {
        var utc = time.ToUniversalTime();
        return utc > DateTime.UnixEpoch ? new DateTimeOffset(utc) : null;
    }

    private static string? Cut(string? text)
    {
        if (string.IsNullOrEmpty(text)) return null;
        if (text.Length <= TextCharacters) return text;
        return text[..(char.IsHighSurrogate(text[TextCharacters - 1]) ? TextCharacters - 1 : TextCharacters)];
    }
}
