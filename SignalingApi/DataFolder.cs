using QuicPair.Cluster;

namespace QuicPair.SignalingApi;

/// <summary>Where a front door that runs alone keeps its files, apart from a Mac's.</summary>
internal static class DataFolder
{
    private const UnixFileMode OwnerOnly =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary><c>QUICPAIR_HOME</c>, else <c>front-door</c> in the platform's place for a program's state.</summary>
    public static string Locate(Func<string, string?> environment) =>
        environment("QUICPAIR_HOME") is { Length: > 0 } home
            ? Path.GetFullPath(home)
            : Path.Combine(StateFolder.Locate(environment), "front-door");

    /// <summary>Makes the folder when it is not there and takes its lock.</summary>
    /// <exception cref="DataFolderException">It cannot be used, or another process uses it.</exception>
    public static FolderLock Lock(string folder)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder);
            }
            else
            {
                Directory.CreateDirectory(folder, OwnerOnly);
            }

            return FolderLock.TryTake(folder) ?? throw new DataFolderException(
                $"QuicPair already runs with the folder {folder}; a front door that runs alone needs one of its own "
                + "(FrontDoor:DataFolder).");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new DataFolderException(
                $"The folder {folder} cannot be used: is it another user's, or the disk full?", problem);
        }
    }
}
