using QuicPair.Cluster.Certificates;

namespace QuicPair.Silo.Household;

/// <summary>
/// A member's new files, made beside those that it has, or among them in a folder that the owner chose, where what is
/// beside it is theirs. They take their place by one step, which gives their folder another name: a kill before it
/// leaves the old files, and what a kill after it left undone the next start or command does. The key file is not among
/// them and is written just before: a kill in between leaves the trust of the new household with the files of the old
/// one, until the Mac joins again.
/// </summary>
internal static class HouseholdDraft
{
    // No longer than the name of the household's folder, for the path of the socket in it.
    private const string Draft = "joining";
    private const string Whole = "joined";

    private const UnixFileMode OwnerFolder =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Where the new files are to be made; what a killed process had there is removed.</summary>
    /// <param name="folder">The folder that the files are for.</param>
    /// <param name="isOwn">Whether it is this Mac's own, not one that the owner chose.</param>
    public static string Begin(string folder, bool isOwn = true)
    {
        var draft = Place(folder, Draft, isOwn);
        Remove(draft);
        if (!isOwn && !Directory.Exists(folder)) Directory.CreateDirectory(folder, OwnerFolder);
        return draft;
    }

    /// <summary>
    /// Removes the new files; nothing once they have taken their place. No start completes them in a folder that the
    /// owner chose: those that could not all take their place there are removed, too.
    /// </summary>
    /// <param name="folder">The folder that the files are for.</param>
    /// <param name="isOwn">Whether it is this Mac's own.</param>
    public static void Discard(string folder, bool isOwn = true)
    {
        Remove(Place(folder, Draft, isOwn));
        if (!isOwn) Remove(Place(folder, Whole, isOwn));
    }

    /// <summary>Puts the new files in the place of the old ones; what is only among the old ones stays.</summary>
    /// <param name="folder">The folder that the files are for.</param>
    /// <param name="isOwn">Whether it is this Mac's own.</param>
    public static void Take(string folder, bool isOwn = true)
    {
        Complete(folder, isOwn);
        Directory.Move(Place(folder, Draft, isOwn), Place(folder, Whole, isOwn));
        Complete(folder, isOwn);
    }

    /// <summary>Before a member's files are read: completes what a killed process began.</summary>
    /// <param name="folder">The household's folder.</param>
    /// <exception cref="StartupException">They cannot be moved.</exception>
    public static void Resume(string folder)
    {
        try
        {
            Complete(folder, isOwn: true);
            Discard(folder);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            var whole = Place(folder, Whole, isOwn: true);
            throw new StartupException($"The files of {whole} cannot be moved to {folder}; whose are they?", problem);
        }
    }

    private static void Complete(string folder, bool isOwn)
    {
        var whole = Place(folder, Whole, isOwn);
        if (!Directory.Exists(whole)) return;
        Directory.CreateDirectory(folder);
        ExpelledMembers.Follow(folder, whole);
        if (isOwn) File.SetUnixFileMode(folder, File.GetUnixFileMode(whole));
        foreach (var file in Directory.GetFiles(whole))
        {
            File.Move(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        }

        Directory.Delete(whole, recursive: true);
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    // A folder that the owner chose may be a mount point, beside which is another file system.
    private static string Place(string folder, string name, bool isOwn) => isOwn
        ? Path.Combine(Path.GetDirectoryName(folder)!, name)
        : Path.Combine(folder, $".quicpair-{name}");
}
