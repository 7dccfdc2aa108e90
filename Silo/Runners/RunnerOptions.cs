using System.ComponentModel.DataAnnotations;

namespace QuicPair.Silo.Runners;

/// <summary>Section <c>Runner</c> of the configuration.</summary>
internal sealed class RunnerOptions
{
    public const string Section = "Runner";

    /// <summary>No model is of use below it.</summary>
    public const long MinContextTokens = 256;

    /// <summary><c>auto</c> (default), <c>ollama</c> or <c>built-in</c>.</summary>
    [AllowedValues("auto", "ollama", "built-in")]
    public string Kind { get; set; } = "auto";

    /// <summary>
    /// The model of a chat that names none; empty: one that is loaded, else the first of the list.
    /// </summary>
    public string Model { get; set; } = "";

    /// <summary>Chats that run at the same time; 1 by default.</summary>
    [Range(1, 64)]
    public int Parallel { get; set; } = 1;

    /// <summary>The largest <c>num_ctx</c> that a phone may ask for; 32 768 by default.</summary>
    [Range(MinContextTokens, 4_194_304)]
    public long MaxContextTokens { get; set; } = 32_768;

    /// <summary>The largest <c>num_predict</c> that a phone may ask for; 16 384 by default.</summary>
    [Range(1, 1_048_576)]
    public long MaxAnswerTokens { get; set; } = 16_384;

    /// <summary>
    /// Where Ollama listens; empty: <c>OLLAMA_HOST</c>, else <c>http://127.0.0.1:11434</c>.
    /// </summary>
    public string OllamaUrl { get; set; } = "";

    /// <summary>The time between two words of the built-in runner, 0 to 1000 ms; 15 by default.</summary>
    [Range(0, 1000)]
    public int BuiltInPaceMilliseconds { get; set; } = 15;
}
