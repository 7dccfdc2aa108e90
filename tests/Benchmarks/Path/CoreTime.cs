using System.Globalization;

namespace QuicPair.Benchmarks.Path;

/// <summary>
/// How long each thread of a process has run, and how long it was ready to run and waited for a core, since it began.
/// Linux counts both (<c>/proc/…/schedstat</c>); elsewhere there are no threads here.
/// </summary>
internal sealed class CoreTime
{
    private readonly Dictionary<string, (long Ran, long Waited)> _threads = [];

    /// <summary>Looks at a process.</summary>
    public static CoreTime Of(int process)
    {
        var time = new CoreTime();
        var tasks = $"/proc/{process}/task";
        if (!Directory.Exists(tasks)) return time;
        foreach (var thread in Directory.EnumerateDirectories(tasks))
        {
            if (TryRead(thread, out var counted)) time._threads[thread] = counted;
        }

        return time;
    }

    /// <summary>
    /// What its threads had since an earlier look, and how long they waited; a thread that has ended meanwhile is left
    /// out. False where nothing is counted.
    /// </summary>
    public bool TrySince(CoreTime before, out TimeSpan ran, out TimeSpan waited)
    {
        var (allRan, allWaited) = (0L, 0L);
        foreach (var (thread, now) in _threads)
        {
            var then = before._threads.GetValueOrDefault(thread);
            allRan += now.Ran - then.Ran;
            allWaited += now.Waited - then.Waited;
        }

        ran = TimeSpan.FromTicks(allRan / TimeSpan.NanosecondsPerTick);
        waited = TimeSpan.FromTicks(allWaited / TimeSpan.NanosecondsPerTick);
        return _threads.Count > 0;
    }

    private static bool TryRead(string thread, out (long Ran, long Waited) counted)
    {
        counted = default;
        try
        {
            var words = File.ReadAllText(System.IO.Path.Combine(thread, "schedstat")).Split(' ');
            counted = (
                long.Parse(words[0], CultureInfo.InvariantCulture), long.Parse(words[1], CultureInfo.InvariantCulture));
            return true;
        }
        catch (IOException)
        {
            // It has ended.
            return false;
        }
    }
}
