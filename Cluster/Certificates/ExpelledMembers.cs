using System.Collections.Concurrent;

namespace QuicPair.Cluster.Certificates;

/// <summary>
/// Who was expelled from the household, as a member keeps it beside its certificate: a silo name a line, in a file that
/// only grows. Each handshake reads it, so that every process that shows this certificate goes by it at once.
/// </summary>
public static class ExpelledMembers
{
    /// <summary>The file in the folder of a member's certificate.</summary>
    public const string ListFile = "expelled";

    // What a full disk keeps out of the file counts in this process all the same.
    private static readonly ConcurrentDictionary<string, ConcurrentDictionary<string, byte>> Heard = new();
    private static readonly Lock Writing = new();

    /// <summary>The silo names.</summary>
    /// <param name="folder">The folder of the member's certificate.</param>
    public static IReadOnlySet<string> In(string folder)
    {
        var names = Kept(folder);
        if (Heard.TryGetValue(folder, out var heard)) names.UnionWith(heard.Keys);
        return names;
    }

    /// <summary>
    /// Begins anew when another household's certificate takes the place of this one; in the same household what was
    /// read stays, whatever its database says by now.
    /// </summary>
    /// <param name="folder">The folder of the member's certificate.</param>
    /// <param name="next">The folder of the certificate that takes its place.</param>
    public static void Follow(string folder, string next)
    {
        var (known, shown) = (Path.Combine(folder, MemberFiles.Authority), Path.Combine(next, MemberFiles.Authority));

        // Its authority may have taken its place already, before a kill; this was seen to then.
        if (!File.Exists(shown)) return;
        if (File.Exists(known) && File.ReadAllBytes(known).AsSpan().SequenceEqual(File.ReadAllBytes(shown))) return;
        lock (Writing)
        {
            Heard.TryRemove(folder, out _);
            File.Delete(Path.Combine(folder, ListFile));
        }
    }

    /// <summary>
    /// Gives what this member knows to another member of the same household, which keeps its own, too.
    /// </summary>
    /// <param name="folder">The folder of this member's certificate.</param>
    /// <param name="other">That of the other one's.</param>
    /// <exception cref="CertificateException">The file cannot be written.</exception>
    public static void Hand(string folder, string other) => Add(other, In(folder));

    /// <summary>Adds names durably.</summary>
    /// <returns>Those that were not there before.</returns>
    /// <exception cref="CertificateException">The file cannot be written.</exception>
    internal static List<string> Add(string folder, IEnumerable<string> names)
    {
        lock (Writing)
        {
            var known = Kept(folder);
            List<string> added = [.. names.Where(name => !known.Contains(name))];
            if (added.Count == 0) return added;
            foreach (var name in added) Heard.GetOrAdd(folder, _ => new())[name] = 0;
            Write(folder, known.Concat(added));
            return added;
        }
    }

    private static HashSet<string> Kept(string folder)
    {
        var path = Path.Combine(folder, ListFile);
        return File.Exists(path) ? [.. File.ReadAllLines(path)] : [];
    }

    private static void Write(string folder, IEnumerable<string> names)
    {
        var text = string.Join('\n', names.Order(StringComparer.Ordinal)) + "\n";
        try
        {
            MemberFiles.Write(Path.Combine(folder, ListFile), text, secret: false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CertificateException($"The list of expelled members in {folder} cannot be written.", failure);
        }
    }
}
