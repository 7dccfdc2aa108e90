using QuicPair.Cluster;
using QuicPair.Cluster.Certificates;

namespace QuicPair.Silo.Household;

/// <summary>
/// A member's new files, made beside those that it has. They take their place by one step, which gives their folder
/// another name: a kill before it leaves the old files, and what a kill after it left undone the next start does. The
/// key file is not among them and is written just before: a kill in between leaves the trust of the new household with
/// the files of the old one, until the Mac joins again.
/// </summary>
internal static class HouseholdDraft
{
    // No longer than the name of the household's folder, for the path of the socket in it.
    private const string Draft = "joining";
    private const string Whole = "joined";

    /// <summary>Where the new files are to be made; what a killed process had there is removed.</summary>
    /// <param name="folder">The household's folder.</param>
    public static string Begin(string folder)
    {
        Discard(folder);
        return Beside(folder, Draft);
    }

    /// <summary>Removes the new files; nothing once they have taken their place.</summary>
    /// <param name="folder">The household's folder.</param>
    public static void Discard(string folder)
    {
        var draft = Beside(folder, Draft);
        if (Directory.Exists(draft)) Directory.Delete(draft, recursive: true);
    }

    /// <summary>Puts the new files in the place of the old ones; what is only among the old ones stays.</summary>
    /// <param name="folder">The household's folder.</param>
    public static void Take(string folder)
    {
        Complete(folder);
        Directory.Move(Beside(folder, Draft), Beside(folder, Whole));
        Complete(folder);
    }

    /// <summary>Before a member's files are read: completes what a killed process began.</summary>
    /// <param name="folder">The household's folder.</param>
    /// <exception cref="StartupException">They cannot be moved.</exception>
    public static void Resume(string folder)
    {
        try
        {
            Complete(folder);
            Discard(folder);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new StartupException(
                $"The files of {Beside(folder, Whole)} cannot be moved to {folder}; whose are they?", problem);
        }
    }

    private static void Complete(string folder)
    {
        var whole = Beside(folder, Whole);
        if (!Directory.Exists(whole)) return;
        Directory.CreateDirectory(folder);
        ExpelledMembers.Follow(folder, whole);
        File.SetUnixFileMode(folder, File.GetUnixFileMode(whole));
        foreach (var file in Directory.GetFiles(whole))
        {
            File.Move(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        }

        Directory.Delete(whole, recursive: true);
    }

    // Where the owner chose the folder's name, what is beside it is theirs: its name is made from that one.
    private static string Beside(string folder, string name) => Path.GetFileName(folder) == HouseholdFiles.Folder
        ? Path.Combine(Path.GetDirectoryName(folder)!, name)
        : $"{folder}.{name}";
}
