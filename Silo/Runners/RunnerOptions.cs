using System.ComponentModel.DataAnnotations;

namespace QuicPair.Silo.Runners;

/// <summary>Section <c>Runner</c> of the configuration.</summary>
internal sealed class RunnerOptions
{
    public const string Section = "Runner";

    /// <summary>No model is of use below it.</summary>
    public const long MinContextTokens = 256;

    /// <summary><c>auto</c> (default), <c>ollama</c>, <c>openai</c> or <c>built-in</c>.</summary>
    [AllowedValues("auto", "ollama", "openai", "built-in")]
    public string Kind { get; set; } = "auto";

    /// <summary>
    /// The model of a chat that names none; empty: one that is loaded, else the first of the list.
    /// </summary>
    public string Model { get; set; } = "";

    /// <summary>Chats that run at the same time; 1 by default.</summary>
    [Range(1, 64)]
    public int Parallel { get; set; } = 1;

    /// <summary>Chats of all devices that may wait; the next is <c>busy</c>; 64 by default.</summary>
    [Range(1, 10_000)]
    public int MaxWaiting { get; set; } = 64;

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

    /// <summary>
    /// Where an OpenAI-style server listens (LM Studio, llama-server, MLX, vLLM), with or without <c>/v1</c>; empty:
    /// the usual ports of this machine, 1234, 8080 and 8000. With <see cref="Kind"/> <c>ollama</c>: where Ollama
    /// listens.
    /// </summary>
    public string Url { get; set; } = "";

    /// <summary>The key that an OpenAI-style server wants; empty is none.</summary>
    public string ApiKey { get; set; } = "";

    /// <summary>
    /// The models that may be pulled, none by default: names in which <c>*</c> stands for any characters but <c>/</c>,
    /// such as <c>qwen2.5:*</c> or <c>hf.co/bartowski/*</c>; without a tag any tag.
    /// </summary>
    public IList<string> Pull { get; } = [];

    /// <summary>
    /// Whether models that run in a cloud may be used: those that Ollama passes on, and all of a runner that is not at
    /// home (<see cref="RunnerNetwork"/>). True by default; false with <c>Network:LocalOnly</c>.
    /// </summary>
    public bool CloudModels { get; set; } = true;

    /// <summary>A runner that says nothing for so long before the first token has failed; 900 s by default.</summary>
    [Range(1, 86_400)]
    public int FirstTokenSeconds { get; set; } = 900;

    /// <summary>A runner that says nothing for so long between two tokens has failed; 120 s by default.</summary>
    [Range(1, 86_400)]
    public int SilenceSeconds { get; set; } = 120;

    /// <summary>The time between two words of the built-in runner, 0 to 1000 ms; 15 by default.</summary>
    [Range(0, 1000)]
    public int BuiltInPaceMilliseconds { get; set; } = 15;
}
