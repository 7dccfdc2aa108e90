namespace QuicPair.Protocol.Chat;

/// <summary>Where the time of an answer went.</summary>
public sealed record AnswerStatistics
{
    /// <summary>Waiting for the runner, milliseconds.</summary>
    public required long QueueMs { get; init; }

    /// <summary>Loading the model, milliseconds; null when the runner does not say.</summary>
    public long? LoadMs { get; init; }

    /// <summary>Reading the prompt, milliseconds.</summary>
    public required long PromptMs { get; init; }

    /// <summary>From the request to the first token, milliseconds.</summary>
    public required long TtftMs { get; init; }

    /// <summary>
    /// The part of <see cref="TtftMs"/> from asking the runner to its first sign, milliseconds; null when the Mac does
    /// not say. What neither this nor <see cref="QueueMs"/> holds is the Mac's own.
    /// </summary>
    public long? RunnerMs { get; init; }

    /// <summary>Tokens of the answer.</summary>
    public required long Tokens { get; init; }

    /// <summary>Speed of the answer, rounded to a whole number on the wire.</summary>
    public required double TokensPerSecond { get; init; }

    /// <summary>Tokens of the prompt; null when the runner does not say.</summary>
    public long? PromptTokens { get; init; }
}
