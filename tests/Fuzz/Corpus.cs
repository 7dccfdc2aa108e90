namespace QuicPair.Fuzz;

/// <summary>
/// The committed inputs, <c>tests/Fuzz/corpus/&lt;target&gt;/</c>: good ones, and those that once did harm.
/// </summary>
internal static class Corpus
{
    private static readonly string Folder = Find();

    public static IReadOnlyList<byte[]> Of(FuzzTarget target) => [.. Named(target).Select(file => file.Input)];

    /// <summary>A target's inputs with the names of their files, in the order of these.</summary>
    public static IEnumerable<(string Name, byte[] Input)> Named(FuzzTarget target) =>
        Directory.EnumerateFiles(Path.Combine(Folder, target.Name)).Order(StringComparer.Ordinal)
            .Select(path => (Path.GetFileName(path), File.ReadAllBytes(path)));

    /// <summary>The folders there are.</summary>
    public static IEnumerable<string> Names =>
        Directory.EnumerateDirectories(Folder).Select(path => Path.GetFileName(path));

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!folder.EnumerateFiles("QuicPair.sln").Any())
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("QuicPair.sln is in no folder above.");
        }

        return Path.Combine(folder.FullName, "tests", "Fuzz", "corpus");
    }
}
