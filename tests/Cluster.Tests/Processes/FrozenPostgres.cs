using System.Globalization;
using QuicPair.EndToEnd;

namespace QuicPair.Cluster.Tests.Processes;

/// <summary>A PostgreSQL server of which every process is stopped; disposed, it goes on.</summary>
internal sealed class FrozenPostgres : IDisposable
{
    private readonly HashSet<int> _stopped = [];

    public static async Task<FrozenPostgres> Freeze(PostgresProcess server)
    {
        var frozen = new FrozenPostgres();
        try
        {
            frozen.Stop(server.ProcessId);
            int[] more;
            do
            {
                // The server begins no other process any more; what it just began is found by the next look.
                more = [.. (await Children(server.ProcessId)).Except(frozen._stopped)];
                foreach (var child in more) frozen.Stop(child);
            }
            while (more.Length > 0);

            return frozen;
        }
        catch
        {
            frozen.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var process in _stopped) Signals.Continue(process);
    }

    private static async Task<int[]> Children(int parent)
    {
        await using var look = ChildProcess.Start("pgrep", ["-P", $"{parent}"]);
        await look.Exit();
        return
        [
            .. look.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => int.Parse(line, CultureInfo.InvariantCulture)),
        ];
    }

    private void Stop(int process)
    {
        _stopped.Add(process);
        Signals.Stop(process);
    }
}
