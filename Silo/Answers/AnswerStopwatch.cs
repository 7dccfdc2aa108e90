using QuicPair.Protocol.Chat;
using QuicPair.Silo.Runners;

namespace QuicPair.Silo.Answers;

/// <summary>Measures one answer from the request on.</summary>
internal sealed class AnswerStopwatch(TimeProvider time)
{
    private readonly long _asked = time.GetTimestamp();
    private TimeSpan? _queue;
    private TimeSpan? _runnerAsked;
    private TimeSpan? _first;

    public void Started() => _queue ??= time.GetElapsedTime(_asked);

    /// <summary>The runner is asked at this moment; what went before, beside the queue, is the Mac's own.</summary>
    public void AskedRunner() => _runnerAsked ??= time.GetElapsedTime(_asked);

    public void FirstEntry() => _first ??= time.GetElapsedTime(_asked);

    /// <summary>What the answer's end says; without the runner's numbers, ours stand in.</summary>
    public AnswerStatistics Statistics(RunnerStatistics? runner, long entries)
    {
        var first = _first ?? time.GetElapsedTime(_asked);
        var generation = time.GetElapsedTime(_asked) - first;
        return new AnswerStatistics
        {
            QueueMs = Milliseconds(_queue ?? TimeSpan.Zero),
            LoadMs = runner?.Load is { } load ? Milliseconds(load) : null,
            PromptMs = Milliseconds(runner?.Prompt ?? first - (_queue ?? TimeSpan.Zero)),
            TtftMs = Milliseconds(first),
            RunnerMs = _runnerAsked is { } asked ? Milliseconds(first - asked) : null,
            Tokens = runner?.Tokens ?? entries,
            PromptTokens = runner?.PromptTokens,
            TokensPerSecond = runner?.TokensPerSecond
                ?? (generation > TimeSpan.Zero ? entries / generation.TotalSeconds : 0),
        };
    }

    /// <summary>Whole and not below 0: a runner may have said anything.</summary>
    private static long Milliseconds(TimeSpan span) => Math.Max(0, (long)Math.Round(span.TotalMilliseconds));
}
