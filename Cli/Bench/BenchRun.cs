using QuicPair.Protocol.Chat;

namespace QuicPair.Cli.Bench;

/// <summary>One prompt, measured here, with the Mac's own statistics.</summary>
/// <param name="TotalMs">From the question to the first piece of the answer, milliseconds.</param>
/// <param name="Mac">What the Mac measured.</param>
internal sealed record BenchRun(double TotalMs, AnswerStatistics? Mac)
{
    /// <summary>
    /// Ours: all but the queue and the runner's time from the question to its first token, so the way there and back
    /// and what the Mac's daemon takes itself. Of a Mac that does not tell the runner's time, the way alone.
    /// </summary>
    public double? OursMs => Mac is { } mac
        ? Math.Max(0, TotalMs - (mac.RunnerMs is { } runner ? mac.QueueMs + runner : mac.TtftMs))
        : null;

    /// <summary>
    /// The runner's, beside loading and reading: from there to the first token as the Mac's daemon sees it. Loading is
    /// in it when the runner does not say how long that took.
    /// </summary>
    public double? FirstTokenMs => Mac is { } mac
        ? Math.Max(0, (mac.RunnerMs ?? mac.TtftMs - mac.QueueMs) - (mac.LoadMs ?? 0) - mac.PromptMs)
        : null;
}
