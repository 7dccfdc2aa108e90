using System.Diagnostics;

namespace QuicPair.Benchmarks;

/// <summary>Waits for what another process comes to.</summary>
internal static class Poll
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <param name="met">Looks.</param>
    /// <param name="complaint">What is wrong when it does not come, in one sentence.</param>
    /// <exception cref="TimeoutException">It did not come within two minutes.</exception>
    public static async Task Until(Func<Task<bool>> met, string complaint)
    {
        using var look = new PeriodicTimer(BetweenLooks);
        var started = Stopwatch.GetTimestamp();
        while (!await met())
        {
            if (Stopwatch.GetElapsedTime(started) > Patience) throw new TimeoutException(complaint);
            await look.WaitForNextTickAsync();
        }
    }
}
