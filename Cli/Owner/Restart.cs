using System.Text.Json;
using System.Text.Json.Nodes;
using QuicPair.Client;

namespace QuicPair.Cli.Owner;

/// <summary>Waits for a daemon that starts its silo anew, and says so while it takes long.</summary>
internal static class Restart
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan BetweenWords = TimeSpan.FromSeconds(5);

    // Ours: a daemon may end in the middle of a question.
    private static readonly TimeSpan Question = TimeSpan.FromSeconds(10);

    // Ours: a member that was killed a moment ago is waited for by the cluster, about a minute.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    /// <param name="home">The data folder.</param>
    /// <param name="before">What the daemon said before it starts anew.</param>
    /// <param name="terminal">Where a person reads how long it takes.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="DaemonException">It does not come back.</exception>
    public static async Task Wait(
        string? home, JsonElement before, Terminal terminal, CancellationToken cancellation)
    {
        terminal.Note("The settings are stored; the silo starts anew with them. Phones stay connected.");
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var telling = Tell(terminal, end.Token);
        try
        {
            await Return(home, before, cancellation);
        }
        finally
        {
            await end.CancelAsync();
            await telling;
        }
    }

    private static async Task Return(string? home, JsonElement before, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Poll);
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            await timer.WaitForNextTickAsync(cancellation);
            DaemonException? away = null;
            try
            {
                if (await IsBack(home, before, cancellation)) return;
            }
            catch (DaemonException problem)
            {
                away = problem;
            }

            if (away is not null && HasEnded(home))
            {
                throw new DaemonException(
                    "QuicPair ended while its silo started anew; its log says why.", ExitCode.Failed, away);
            }

            if (TimeProvider.System.GetElapsedTime(started) > Limit)
            {
                throw new DaemonException(
                    $"The silo is not back after {Limit.TotalSeconds:0} s; the log of QuicPair says what it waits "
                    + "for. It goes on trying.",
                    ExitCode.Unreachable,
                    away);
            }
        }
    }

    private static async Task<bool> IsBack(string? home, JsonElement before, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Question);
        try
        {
            using var daemon = await Daemon.Connect(home, limit.Token);
            return Launch(await daemon.Ask(new JsonObject { ["op"] = "macs" }, limit.Token)) > Launch(before);
        }
        catch (OperationCanceledException silent) when (!cancellation.IsCancellationRequested)
        {
            throw new DaemonException("QuicPair on this machine does not answer.", ExitCode.Unreachable, silent);
        }
    }

    private static async Task Tell(Terminal terminal, CancellationToken end)
    {
        using var timer = new PeriodicTimer(BetweenWords);
        try
        {
            for (var passed = BetweenWords; await timer.WaitForNextTickAsync(end); passed += BetweenWords)
            {
                terminal.Note(
                    $"Still starting after {passed.TotalSeconds:0} s; it waits for the database and the members.");
            }
        }
        catch (OperationCanceledException)
        {
            // It is back.
        }
    }

    /// <summary>Whether no process holds the data folder any more.</summary>
    private static bool HasEnded(string? home)
    {
        try
        {
            var path = Path.Combine(home ?? DataFolder.Path, "lock");
            using var free = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static int Launch(JsonElement reply) => reply.GetProperty("launch").GetInt32();
}
