using System.Collections.Immutable;
using QuicPair.Grains.Interfaces;
using QuicPair.SignalingApi.Problems;
using QuicPair.SignalingApi.Requests;

namespace QuicPair.SignalingApi.Fleet;

/// <summary>
/// Asks the Macs that a phone listed, the best first, until one says yes (docs/protocol.md, 3.6). One that is away is
/// passed over at once; one that hangs costs its share of the time.
/// </summary>
internal sealed class MacChoice(MacCalls calls, MacPresence presence, TimeProvider time)
{
    // Ours: all of them together take no longer than one Mac may.
    private static readonly TimeSpan InAll = TimeSpan.FromSeconds(4.5);
    private static readonly TimeSpan ForOneOfSeveral = TimeSpan.FromSeconds(1.5);

    // The first of these that occurred is what the phone hears when nobody said yes. A refusal comes first, because
    // with it comes the time; a phone that wants to know who refused asks each Mac by itself.
    private static readonly ImmutableArray<Problem> Weight =
        [Problem.Refused, Problem.Busy, Problem.Rate, Problem.MacOffline, Problem.NotReady, Problem.Version];

    /// <summary>Asks.</summary>
    /// <param name="envelope">What the phone sent.</param>
    /// <param name="ask">The question to a Mac.</param>
    /// <param name="objection">Why an answer is no yes; null when it is one.</param>
    /// <param name="cancellation">The phone went away.</param>
    public async Task<(MacId Mac, T? Answer, Problem? Problem)> Ask<T>(
        SignalingEnvelope envelope,
        Func<IMacGrain, MacId, Addressee, Task<T>> ask,
        Func<T, Problem?> objection,
        CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        var problems = new List<Problem>();
        var here = await Here(envelope, problems, cancellation);
        for (var at = 0; at < here.Count; at++)
        {
            var left = InAll - time.GetElapsedTime(started);
            if (left <= TimeSpan.Zero)
            {
                problems.Add(Problem.MacOffline);
                break;
            }

            var (mac, to) = here[at];
            var patience = at == here.Count - 1 || left < ForOneOfSeveral ? left : ForOneOfSeveral;
            var (answer, unanswered) = await calls.Ask(mac, grain => ask(grain, mac, to), patience, cancellation);
            if ((unanswered ?? objection(answer!)) is not { } problem)
            {
                return (mac, answer, null);
            }

            if (problem == Problem.BadRequest)
            {
                // The offer is authentic, and as unreadable for every other Mac.
                return (mac, default, problem);
            }

            problems.Add(problem);
        }

        return (default, default, Weight.FirstOrDefault(problems.Contains) ?? Problem.MacUnknown);
    }

    private async Task<List<(MacId Mac, Addressee To)>> Here(
        SignalingEnvelope envelope, List<Problem> problems, CancellationToken cancellation)
    {
        var here = new List<(MacId Mac, Addressee To)>();
        foreach (var to in envelope.To)
        {
            var (mac, absent) = calls.Find(to.Mac);
            if (absent is null)
            {
                here.Add((mac, to));
            }
            else
            {
                problems.Add(absent);
            }
        }

        if (here.Count < 2)
        {
            return here;
        }

        var told = await Task.WhenAll(here.Select(each => presence.Of(each.Mac, cancellation)));
        return [.. MacOrder.Sort(here.Zip(told), envelope.Model)];
    }
}
