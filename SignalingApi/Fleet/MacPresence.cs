using System.Collections.Concurrent;
using QuicPair.Grains.Interfaces;

namespace QuicPair.SignalingApi.Fleet;

/// <summary>
/// What each Mac told of itself a moment ago. A Mac is asked once a second at most, and only for a choice; one that
/// does not answer at once is silent, and costs nobody more than that moment.
/// </summary>
internal sealed class MacPresence(IGrainFactory grains, TimeProvider time)
{
    // Ours.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<MacId, Question> _questions = new();

    /// <summary>What the Mac tells; null when it is silent.</summary>
    /// <param name="mac">A Mac that is here.</param>
    /// <param name="cancellation">Nobody waits for it.</param>
    public async Task<MacSnapshot?> Of(MacId mac, CancellationToken cancellation)
    {
        var question = _questions.AddOrUpdate(mac, Ask, (_, old) => IsOver(old) ? Ask(mac) : old);
        var left = Patience - time.GetElapsedTime(question.AskedAt);
        left = left > TimeSpan.Zero ? left : TimeSpan.Zero;
        try
        {
            return await question.Reply.Value.WaitAsync(left, time, cancellation);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    private Question Ask(MacId mac) => new(time.GetTimestamp(), new Lazy<Task<MacSnapshot?>>(() => Hear(mac)));

    private bool IsOver(Question question) =>
        question.Reply is { IsValueCreated: true, Value.IsCompleted: true }
        && time.GetElapsedTime(question.AskedAt) >= Fresh;

    private async Task<MacSnapshot?> Hear(MacId mac)
    {
        // A call into a silo of this process would begin on the caller's thread.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            return await grains.Mac(mac).GetState();
        }
        catch (Exception failure) when (failure is MacUnavailableException or OrleansException or TimeoutException)
        {
            return null;
        }
    }

    private sealed record Question(long AskedAt, Lazy<Task<MacSnapshot?>> Reply);
}
