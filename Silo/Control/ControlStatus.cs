namespace QuicPair.Silo.Control;

/// <summary>How the daemon does.</summary>
internal sealed record ControlStatus
{
    public required string Version { get; init; }

    public required string Runner { get; init; }

    /// <summary>Whether it answers; else models and loaded are what it told last, or nothing.</summary>
    public required bool RunnerAnswers { get; init; }

    public required IReadOnlyList<string> Models { get; init; }

    public required IReadOnlyList<string> Loaded { get; init; }

    public required int Running { get; init; }

    public required int Waiting { get; init; }

    public double? TokensPerSecond { get; init; }

    public required int Connected { get; init; }

    public required int Paired { get; init; }

    public required long UptimeSeconds { get; init; }
}
