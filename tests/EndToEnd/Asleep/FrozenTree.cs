using System.Globalization;

namespace QuicPair.EndToEnd.Asleep;

/// <summary>
/// Every process below one, stopped until this is disposed: a browser is many, and one that goes on would answer for
/// the others. Linux only.
/// </summary>
internal sealed class FrozenTree : IAsyncDisposable
{
    private readonly HashSet<int> _stopped = [];

    private FrozenTree()
    {
    }

    /// <summary>How many were stopped.</summary>
    public int Count => _stopped.Count;

    /// <summary>Stops all that are below <paramref name="process"/>, and waits until they are.</summary>
    public static async Task<FrozenTree> Below(int process)
    {
        var frozen = new FrozenTree();

        // One that is not stopped yet may start another one.
        while (Running(process) is { Count: > 0 } running)
        {
            frozen._stopped.UnionWith(running);
            await Signal("STOP", running);
        }

        return frozen;
    }

    public async ValueTask DisposeAsync() => await Signal("CONT", _stopped);

    // One may have ended by itself: then the others are signalled all the same.
    private static async Task Signal(string name, IReadOnlyCollection<int> processes)
    {
        if (processes.Count == 0) return;
        await using var kill = ChildProcess.Start("sh", ["-c", $"kill -{name} {string.Join(' ', processes)}"]);
        await kill.Exit();
    }

    /// <summary>Those below that are neither stopped (T) nor dead (Z, X).</summary>
    private static List<int> Running(int process)
    {
        var children = All().ToLookup(each => each.Parent);
        return
        [
            .. Descendants(process)
                .Where(each => each.State is not ("T" or "t" or "Z" or "X"))
                .Select(each => each.Id),
        ];

        IEnumerable<(int Id, int Parent, string State)> Descendants(int parent) =>
            children[parent].SelectMany(child => Descendants(child.Id).Prepend(child));
    }

    private static IEnumerable<(int Id, int Parent, string State)> All()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            var isProcess = int.TryParse(
                Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id);
            if (!isProcess || Read(folder) is not [var state, var parent, ..]) continue;
            yield return (id, int.Parse(parent, CultureInfo.InvariantCulture), state);
        }
    }

    /// <summary>proc(5), stat: what follows the name, which may hold anything, in parentheses.</summary>
    private static string[] Read(string folder)
    {
        try
        {
            var line = File.ReadAllText(Path.Combine(folder, "stat"));
            return line[(line.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            // It ended under the look.
            return [];
        }
    }
}
