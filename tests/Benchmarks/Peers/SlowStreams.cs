using System.Diagnostics;

namespace QuicPair.Benchmarks.Peers;

/// <summary>
/// A message for each of many channels, again and again, as a slow model speaks: evenly, so that no two channels are
/// due at the same moment.
/// </summary>
internal static class SlowStreams
{
    /// <summary>Messages of each channel in a second.</summary>
    public const int PerSecond = 10;

    private const int Seconds = 10;

    // A timer of the runtime is not finer.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    /// <summary>Messages of so many channels.</summary>
    public static int Total(int channels) => channels * PerSecond * Seconds;

    /// <param name="channels">Each sends one message; false when it cannot.</param>
    /// <returns>How many were sent.</returns>
    public static async Task<int> Run(IReadOnlyList<Func<byte[], bool>> channels)
    {
        var message = new byte[Delays.MessageLength];
        var (total, next, sent) = (Total(channels.Count), 0, 0);
        var begun = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(Tick);
        while (next < total)
        {
            var due = Math.Min(
                total, (int)(Stopwatch.GetElapsedTime(begun).TotalSeconds * channels.Count * PerSecond) + 1);
            for (; next < due; next++)
            {
                Delays.Stamp(message);
                if (channels[next % channels.Count](message)) sent++;
            }

            await timer.WaitForNextTickAsync();
        }

        return sent;
    }
}
