using QuicPair.Grains.Ports;

namespace QuicPair.Silo.Hosting;

/// <summary>The time between being asked to stop and stopping.</summary>
internal static class Drainage
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    /// <summary>Takes no new phones and waits until no answer is under way.</summary>
    /// <param name="peers">The phones.</param>
    /// <param name="answers">How many answers run or wait.</param>
    /// <param name="limit">The longest wait.</param>
    public static async Task Finish(IPeerHost peers, Func<int> answers, TimeSpan limit)
    {
        peers.IsDraining = true;
        using var timer = new PeriodicTimer(Look);
        var started = TimeProvider.System.GetTimestamp();
        while (answers() > 0 && TimeProvider.System.GetElapsedTime(started) < limit)
        {
            await timer.WaitForNextTickAsync();
        }
    }
}
