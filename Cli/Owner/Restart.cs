using System.Text.Json;
using System.Text.Json.Nodes;

namespace QuicPair.Cli.Owner;

/// <summary>Waits for a daemon that starts its silo anew.</summary>
internal static class Restart
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <param name="home">The data folder.</param>
    /// <param name="before">What the daemon said before it starts anew.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="DaemonException">It does not come back.</exception>
    public static async Task Wait(string? home, JsonElement before, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Poll);
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            await timer.WaitForNextTickAsync(cancellation);
            try
            {
                using var daemon = await Daemon.Connect(home, cancellation);
                var reply = await daemon.Ask(new JsonObject { ["op"] = "macs" }, cancellation);
                if (Launch(reply) > Launch(before))
                {
                    return;
                }
            }
            catch (DaemonException) when (TimeProvider.System.GetElapsedTime(started) < Limit)
            {
                // Not yet.
            }
        }
    }

    private static int Launch(JsonElement reply) => reply.GetProperty("launch").GetInt32();
}
