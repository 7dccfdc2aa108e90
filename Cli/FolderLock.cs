namespace QuicPair.Cli;

/// <summary>The lock of a data folder, which a daemon has from its start to its end.</summary>
internal static class FolderLock
{
    /// <summary>Whether a process has the data folder: one that has no socket yet, or none at the moment.</summary>
    public static bool IsHeld(string folder)
    {
        try
        {
            var path = Path.Combine(folder, "lock");
            using var free = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return problem is IOException and not (FileNotFoundException or DirectoryNotFoundException);
        }
    }
}
