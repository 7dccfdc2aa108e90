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

    /// <summary>The form of the answer: the text <c>json</c> or a JSON schema.</summary>
    public JsonElement? Format { get; init; }

    /// <summary>Which models this chat may use, at the moment of the question; null is all.</summary>
    public Func<string, bool>? MayUse { get; init; }

    /// <summary>
    /// How many tokens prompt and answer may take, at the moment of the question; without it, and with the largest
    /// number, there is no limit. It gives null for a chat that is not allowed any more.
    /// </summary>
    public Func<long?>? TokensLeft { get; init; }

    /// <summary>
    /// Called for each piece of the answer that is read, also where no event comes of it: parts of a tool call are
    /// passed on only as a whole. Must not block or throw.
    /// </summary>
    public Action? Heard { get; init; }

    /// <summary>Only the model: content stays out of logs.</summary>
    public override string ToString() => $"RunnerChat {{ {Model} }}";
}
