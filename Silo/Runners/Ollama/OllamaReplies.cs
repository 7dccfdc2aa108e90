using System.Globalization;
using System.Text.Json;
using OllamaSharp.Models;
using QuicPair.Protocol.Chat;

namespace QuicPair.Silo.Runners.Ollama;

/// <summary>Makes our records of OllamaSharp's.</summary>
internal static class OllamaReplies
{
    private const int TextCharacters = 16 * 1024;

    public static Protocol.Chat.RunningModel Running(OllamaSharp.Models.RunningModel model) => new()
    {
        Name = model.Name,
        Size = Positive(model.Size),
        VideoMemory = Math.Max(0, model.SizeVram),
        ContextLength = Positive(model.ContextLength),
        Until = Positive(new DateTimeOffset(model.ExpiresAt).ToUnixTimeSeconds()),
    };

    public static PullProgress Progress(PullModelResponse step) => new(
        step.Status ?? "", step.Total > 0 ? Math.Max(0, step.Completed) : null, Positive(step.Total));

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

    private static long? Positive(long number) => number > 0 ? number : null;

    private static string? Cut(string? text)
    {
        if (string.IsNullOrEmpty(text)) return null;
        if (text.Length <= TextCharacters) return text;
        return text[..(char.IsHighSurrogate(text[TextCharacters - 1]) ? TextCharacters - 1 : TextCharacters)];
    }
}
