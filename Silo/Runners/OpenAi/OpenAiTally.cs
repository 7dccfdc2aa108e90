using Microsoft.Extensions.AI;

namespace QuicPair.Silo.Runners.OpenAi;

/// <summary>Counts and times one answer, for servers that do not.</summary>
internal sealed class OpenAiTally(TimeProvider time)
{
    private readonly long _asked = time.GetTimestamp();
    private TimeSpan? _first;
    private long _tokens;
    private ChatFinishReason? _reason;

    /// <summary>The server's own count.</summary>
    public UsageDetails? Usage { get; set; }

    public void Token()
    {
        _first ??= time.GetElapsedTime(_asked);
        _tokens++;
    }

    public void Finish(ChatFinishReason? reason) => _reason = reason ?? _reason;

    /// <summary>The end; null when the server gave no reason for it.</summary>
    public RunnerEvent.Finished? Finished(OpenAiTimings? timings)
    {
        if (_reason is not { } reason) return null;
        var elapsed = time.GetElapsedTime(_asked);
        var first = _first ?? elapsed;
        var statistics = new RunnerStatistics(
            Load: null, timings?.Prompt ?? first, Usage?.OutputTokenCount ?? _tokens,
            timings?.Generation ?? elapsed - first)
        {
            PromptTokens = Usage?.InputTokenCount,
        };
        return new RunnerEvent.Finished(reason == ChatFinishReason.Length, statistics);
    }
}
