namespace QuicPair.Protocol.Chat;

/// <summary>The closed list of sampling options; the Mac clamps the two lengths.</summary>
public sealed record ChatOptions
{
    /// <summary><c>num_ctx</c>, tokens.</summary>
    public long? ContextLength { get; init; }

    /// <summary><c>num_predict</c>, tokens.</summary>
    public long? MaxTokens { get; init; }

    /// <summary><c>temperature</c></summary>
    public double? Temperature { get; init; }

    /// <summary><c>top_k</c></summary>
    public long? TopK { get; init; }

    /// <summary><c>top_p</c></summary>
    public double? TopP { get; init; }

    /// <summary><c>min_p</c></summary>
    public double? MinP { get; init; }

    /// <summary><c>seed</c></summary>
    public long? Seed { get; init; }

    /// <summary><c>stop</c></summary>
    public IReadOnlyList<string>? Stop { get; init; }

    /// <summary><c>repeat_penalty</c></summary>
    public double? RepeatPenalty { get; init; }

    /// <summary>Nothing: stop words are content.</summary>
    public override string ToString() => nameof(ChatOptions);
}
