using System.Diagnostics;
using QuicPair.Benchmarks.Path;

namespace QuicPair.Benchmarks.Signaling;

/// <summary>How many offers were posted, what came of them, and how long the answered ones took.</summary>
/// <param name="stage">What they were posted for.</param>
/// <param name="times">Where the times go.</param>
internal sealed class OfferTally(string stage, StageTimes times)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, int> _outcomes = new(StringComparer.Ordinal);

    /// <summary>The row of the times from posting.</summary>
    public string Posted => $"{stage}: posted → answered";

    public int Sent => _outcomes.Values.Sum();

    public int Answered => _outcomes.GetValueOrDefault(Posting.Answered);

    /// <summary>What came other than an answer, each with its number; empty for nothing.</summary>
    public string Errors => string.Join(", ", _outcomes
        .Where(outcome => outcome.Key != Posting.Answered)
        .Select(outcome => $"{outcome.Key}: {outcome.Value}"));

    /// <param name="posting">What came of an offer.</param>
    /// <param name="dueAt">When it had to be posted, in ticks of the stopwatch; null for whenever it was.</param>
    public void Add(Posting posting, long? dueAt = null)
    {
        lock (_gate)
        {
            _outcomes[posting.Outcome] = _outcomes.GetValueOrDefault(posting.Outcome) + 1;
            if (!posting.IsAnswered) return;
            times.Add(Posted, Stopwatch.GetElapsedTime(posting.PostedAt, posting.DoneAt));
            if (dueAt is not { } due) return;
            times.Add($"{stage}: due → answered", Stopwatch.GetElapsedTime(due, posting.DoneAt));
        }
    }

    public void Print() => Console.WriteLine(
        $"{stage}: {Sent} sent, {Answered} answered; errors: {(Errors.Length == 0 ? "none" : Errors)}");
}
