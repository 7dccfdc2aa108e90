namespace QuicPair.Cluster;

/// <summary>The lock of a data folder: one process uses it at a time, whichever of our programs it is.</summary>
public sealed class FolderLock : IDisposable
{
    // EWOULDBLOCK: somebody holds the lock.
    private const int LinuxWouldBlock = 11;
    private const int MacWouldBlock = 35;

    // Ours: who asks whether a folder is in use takes its lock for a moment, and is not one that uses it.
    private const int Tries = 3;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly FileStream _held;

    private FolderLock(FileStream held) => _held = held;

    /// <summary>
    /// Takes the lock of a folder that is there; null when another process holds it, for more than a moment.
    /// </summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It is another user's.</exception>
    public static FolderLock? TryTake(string folder) => TryTake(folder, Thread.Sleep);

    /// <summary>The same, with a wait of one's own between two tries.</summary>
    internal static FolderLock? TryTake(string folder, Action<TimeSpan> pause)
    {
        for (var left = Tries; ; pause(Pause))
        {
            if (TryOnce(folder) is { } held) return held;
            if (--left == 0) return null;
        }
    }

    /// <summary>Whether a process has the folder, such as a daemon from its start to its end.</summary>
    public static bool IsHeld(string folder)
    {
        try
        {
            using var free = new FileStream(PathIn(folder), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return problem is IOException and not (FileNotFoundException or DirectoryNotFoundException);
        }
    }

    private static string PathIn(string folder) => Path.Combine(folder, "lock");

    private static FolderLock? TryOnce(string folder)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            return new FolderLock(new FileStream(PathIn(folder), options));
        }
        catch (IOException problem) when (problem.HResult is LinuxWouldBlock or MacWouldBlock)
        {
            return null;
        }
    }

    /// <summary>Gives the folder to the next.</summary>
    public void Dispose() => _held.Dispose();
}
