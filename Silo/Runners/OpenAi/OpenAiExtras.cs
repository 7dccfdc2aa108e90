namespace QuicPair.Silo.Runners.OpenAi;

/// <summary>What the library drops of one answer; read between two of its updates, so never at the same time.</summary>
internal sealed class OpenAiExtras
{
    /// <summary>Thinking that has come and was not passed on yet.</summary>
    public Queue<string> Reasoning { get; } = new();

    /// <summary>The server's own times.</summary>
    public OpenAiTimings? Timings { get; set; }
}
