namespace QuicPair.Silo.Runners;

/// <summary>Where a runner's time went.</summary>
/// <param name="Load">Bringing the model into memory; null when the runner does not say.</param>
/// <param name="Prompt">Reading the prompt.</param>
/// <param name="Tokens">Tokens of the answer.</param>
/// <param name="Generation">Producing them.</param>
internal sealed record RunnerStatistics(TimeSpan? Load, TimeSpan Prompt, long Tokens, TimeSpan Generation)
{
    /// <summary>The largest number of a message (docs/protocol.md, 1).</summary>
    public const long MaxCount = (1L << 53) - 1;

    /// <summary>Tokens of the answer, as far as they can be told.</summary>
    public long Tokens { get; init; } = Count(Tokens);

    /// <summary>Tokens of the prompt, when the runner says; there is no prompt without any.</summary>
    public long? PromptTokens
    {
        get;
        init => field = value is > 0 and var told ? Count(told) : null;
    }

    /// <summary>Tokens per second, or 0 when nothing was produced.</summary>
    public double TokensPerSecond => Generation > TimeSpan.Zero ? Tokens / Generation.TotalSeconds : 0;

    /// <summary>What a runner counted, between 0 and <see cref="MaxCount"/>: no phone reads another number.</summary>
    public static long Count(long told) => Math.Clamp(told, 0, MaxCount);
}
