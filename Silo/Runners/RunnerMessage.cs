namespace QuicPair.Silo.Runners;

/// <summary>One turn of a conversation.</summary>
/// <param name="Role"><c>system</c>, <c>user</c>, <c>assistant</c> or <c>tool</c>.</param>
/// <param name="Content">The text.</param>
internal sealed record RunnerMessage(string Role, string Content)
{
    /// <summary>Pictures, standard base64.</summary>
    public IReadOnlyList<string> Images { get; init; } = [];

    /// <summary>The tools that the assistant asked for in this turn.</summary>
    public IReadOnlyList<RunnerEvent.ToolCall> ToolCalls { get; init; } = [];

    /// <summary>Which tool's result this turn is.</summary>
    public string? ToolName { get; init; }

    /// <summary>Only the role: content stays out of logs.</summary>
    public override string ToString() => $"RunnerMessage {{ {Role} }}";
}
