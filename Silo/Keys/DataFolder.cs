using QuicPair.Cluster;

namespace QuicPair.Silo.Keys;

/// <summary>The Mac's own files: one folder, only the owner's, used by one process at a time.</summary>
internal sealed class DataFolder : IDisposable
{
    private const UnixFileMode OwnerOnly =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly FolderLock _lock;

    private DataFolder(string path, FolderLock held)
    {
        Path = path;
        _lock = held;
    }

    public string Path { get; }

    /// <summary>The control socket.</summary>
    public string Socket => Of("control.sock");

    /// <summary>
    /// Where the files are: <c>QUICPAIR_HOME</c>, else the platform's place for a program's state.
    /// </summary>
    public static string Locate(Func<string, string?> environment) =>
        environment("QUICPAIR_HOME") is { Length: > 0 } home
            ? System.IO.Path.GetFullPath(home)
            : StateFolder.Locate(environment);

    /// <summary>Makes the folder when it is not there and takes its lock.</summary>
    /// <exception cref="StartupException">It cannot be used, or another process uses it.</exception>
    public static DataFolder Open(string path)
    {
        try
        {
            Directory.CreateDirectory(path, OwnerOnly);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"The folder {path} cannot be made.", problem);
        }

        // The files are the owner's alone; whoever may write here could put others in their place.
        var others = File.GetUnixFileMode(path) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite);
        if (others != UnixFileMode.None)
        {
            throw new StartupException($"Others may write to the folder {path}; close it with: chmod 700 '{path}'");
        }

        try
        {
            var held = FolderLock.TryTake(path)
                ?? throw new StartupException($"QuicPair already runs with the folder {path}.");
            return new DataFolder(path, held);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new StartupException(
                $"The lock in the folder {path} cannot be opened: is it another user's, or the disk full?", problem);
        }
    }

    /// <summary>The path of a file in the folder.</summary>
    public string Of(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => _lock.Dispose();
}
