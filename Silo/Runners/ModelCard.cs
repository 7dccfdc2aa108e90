namespace QuicPair.Silo.Runners;

/// <summary>A model as the runner lists it.</summary>
/// <param name="Name">The exact name that a chat uses.</param>
/// <param name="SizeBytes">Its size on disk.</param>
/// <param name="Loaded">Whether it is in memory.</param>
/// <param name="Remote">Whether it runs in somebody's cloud: prompts leave the Mac.</param>
/// <param name="Capabilities">What it can do: <c>completion</c>, <c>tools</c>, <c>vision</c>, <c>thinking</c>
/// and the like.</param>
internal sealed record ModelCard(
    string Name, long SizeBytes, bool Loaded, bool Remote, IReadOnlyList<string> Capabilities)
{
    /// <summary>Its size on disk, as far as it can be told.</summary>
    public long SizeBytes { get; init; } = RunnerStatistics.Count(SizeBytes);

    /// <summary>The SHA-256 of its manifest, hexadecimal, when known.</summary>
    public string? Digest { get; init; }

    /// <summary>When it was changed, when known.</summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>The family, such as <c>qwen2</c>, when known.</summary>
    public string? Family { get; init; }

    /// <summary>The number of parameters for people, such as <c>3.1B</c>, when known.</summary>
    public string? ParameterSize { get; init; }

    /// <summary>The quantization, such as <c>Q4_K_M</c>, when known.</summary>
    public string? Quantization { get; init; }

    /// <summary>Where it runs when that is not the Mac, when known.</summary>
    public string? RemoteHost { get; init; }

    /// <summary>Its name there, when known.</summary>
    public string? RemoteModel { get; init; }
}
