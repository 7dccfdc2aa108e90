namespace QuicPair.Cluster;

/// <summary>The lock of a data folder: one process uses it at a time, whichever of our programs it is.</summary>
public sealed class FolderLock : IDisposable
{
    // EWOULDBLOCK: somebody holds the lock.
    private const int LinuxWouldBlock = 11;
    private const int MacWouldBlock = 35;

    private readonly FileStream _held;

    private FolderLock(FileStream held) => _held = held;

    /// <summary>Takes the lock of a folder that is there; null when another process holds it.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It is another user's.</exception>
    public static FolderLock? TryTake(string folder)
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
            return new FolderLock(new FileStream(Path.Combine(folder, "lock"), options));
        }
        catch (IOException problem) when (problem.HResult is LinuxWouldBlock or MacWouldBlock)
        {
            return null;
        }
    }

    /// <summary>Gives the folder to the next.</summary>
    public void Dispose() => _held.Dispose();
}
