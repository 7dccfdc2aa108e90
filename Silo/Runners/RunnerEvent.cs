namespace QuicPair.Silo.Runners;

/// <summary>One step of an answer as a runner gives it.</summary>
internal abstract record RunnerEvent
{
    private RunnerEvent()
    {
    }

    /// <summary>A piece of what the model thinks before it answers.</summary>
    public sealed record Thinking(string Text) : RunnerEvent;

    /// <summary>A piece of the answer.</summary>
    public sealed record Delta(string Text) : RunnerEvent;

    /// <summary>The model asks for a tool.</summary>
    /// <param name="Name">The tool.</param>
    /// <param name="Arguments">A JSON object.</param>
    public sealed record ToolCall(string Name, string Arguments) : RunnerEvent;

    /// <summary>The answer is complete.</summary>
    /// <param name="HitLimit">Whether a token limit ended it.</param>
    /// <param name="Statistics">Where the runner's time went.</param>
    public sealed record Finished(bool HitLimit, RunnerStatistics Statistics) : RunnerEvent;
}
