namespace QuicPair.Silo.Runners;

/// <summary>The closed list of options that a chat may set (docs/protocol.md, 7).</summary>
internal sealed record SamplingOptions
{
    /// <summary>Everything is the runner's default.</summary>
    public static readonly SamplingOptions None = new();

    public long? ContextTokens { get; init; }

    public long? MaxTokens { get; init; }

    public double? Temperature { get; init; }

    public long? TopK { get; init; }

    public double? TopP { get; init; }

    public double? MinP { get; init; }

    public long? Seed { get; init; }

    public IReadOnlyList<string>? Stop { get; init; }

    public double? RepeatPenalty { get; init; }

    /// <summary>The nearest number that a runner's API can carry.</summary>
    public static float? Single(double? value) =>
        value is { } number ? (float)Math.Clamp(number, float.MinValue, float.MaxValue) : null;

    /// <summary>The same options within the Mac's limits.</summary>
    public SamplingOptions Clamp(RunnerOptions limits) => this with
    {
        ContextTokens = ContextTokens is { } context
            ? Math.Clamp(context, RunnerOptions.MinContextTokens, limits.MaxContextTokens)
            : null,
        MaxTokens = MaxTokens is { } tokens ? Math.Clamp(tokens, 1, limits.MaxAnswerTokens) : null,
    };
}
