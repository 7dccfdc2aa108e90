namespace QuicPair.EndToEnd.Crash;

/// <summary>
/// Counts what can be seen of a pairing from outside and acts at the n-th of it: lines of the Mac's log, changes in the
/// two data folders, steps of the phone.
/// </summary>
internal sealed class Footsteps : IDisposable
{
    private readonly ChildProcess _mac;
    private readonly FileSystemWatcher[] _watchers;
    private readonly int[] _counts = new int[Enum.GetValues<Footstep>().Length];
    private readonly (Footstep Kind, int Number)? _moment;
    private readonly Action _act;

    /// <param name="mac">Whose log is read.</param>
    /// <param name="folders">Which folders are watched.</param>
    /// <param name="moment">Which footstep is the moment; null is none.</param>
    /// <param name="act">What happens then, at once and once.</param>
    public Footsteps(
        ChildProcess mac, IEnumerable<string> folders, (Footstep Kind, int Number)? moment, Action act)
    {
        (_mac, _moment, _act) = (mac, moment, act);
        _watchers = [.. folders.Select(Watch)];
        mac.Heard = _ => Count(Footstep.LogLine);
    }

    /// <summary>How many of a kind were seen.</summary>
    public int Seen(Footstep kind) => Volatile.Read(ref _counts[(int)kind]);

    public void Count(Footstep kind)
    {
        if (Interlocked.Increment(ref _counts[(int)kind]) == _moment?.Number && kind == _moment?.Kind)
        {
            _act();
        }
    }

    public void Dispose()
    {
        _mac.Heard = null;
        foreach (var watcher in _watchers)
        {
            watcher.Dispose();
        }
    }

    private FileSystemWatcher Watch(string folder)
    {
        var watcher = new FileSystemWatcher(folder)
        {
            NotifyFilter = NotifyFilters.FileName | NotifyFilters.LastWrite | NotifyFilters.Size,
        };
        watcher.Created += (_, _) => Count(Footstep.FileChange);
        watcher.Changed += (_, _) => Count(Footstep.FileChange);
        watcher.Deleted += (_, _) => Count(Footstep.FileChange);
        watcher.Renamed += (_, _) => Count(Footstep.FileChange);
        watcher.EnableRaisingEvents = true;
        return watcher;
    }
}
