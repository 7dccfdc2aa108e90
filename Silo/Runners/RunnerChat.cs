using System.Text.Json;

namespace QuicPair.Silo.Runners;

/// <summary>A chat as a runner gets it.</summary>
/// <param name="Model">The exact name of the model.</param>
/// <param name="Messages">The conversation, at least one message.</param>
internal sealed record RunnerChat(string Model, IReadOnlyList<RunnerMessage> Messages)
{
    /// <summary>How to sample.</summary>
    public SamplingOptions Options { get; init; } = SamplingOptions.None;

    /// <summary>
    /// <c>true</c>, <c>false</c>, <c>low</c>, <c>medium</c> or <c>high</c>; null leaves it to the runner.
    /// </summary>
    public string? Think { get; init; }

    /// <summary>The tools that the model may ask for, as the phone described them.</summary>
    public IReadOnlyList<JsonElement> Tools { get; init; } = [];

    /// <summary>Only the model: content stays out of logs.</summary>
    public override string ToString() => $"RunnerChat {{ {Model} }}";
}
