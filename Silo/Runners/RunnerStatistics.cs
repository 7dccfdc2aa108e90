namespace QuicPair.Silo.Runners;

/// <summary>Where a runner's time went.</summary>
/// <param name="Load">Bringing the model into memory.</param>
/// <param name="Prompt">Reading the prompt.</param>
/// <param name="Tokens">Tokens of the answer.</param>
/// <param name="Generation">Producing them.</param>
internal sealed record RunnerStatistics(TimeSpan Load, TimeSpan Prompt, long Tokens, TimeSpan Generation)
{
    /// <summary>Tokens of the prompt, when the runner says.</summary>
    public long? PromptTokens { get; init; }

    /// <summary>Tokens per second, or 0 when nothing was produced.</summary>
    public double TokensPerSecond => Generation > TimeSpan.Zero ? Tokens / Generation.TotalSeconds : 0;
}
