namespace QuicPair.Architecture;

/// <summary>The source tree that these tests read.</summary>
internal static class Repository
{
    private static readonly string[] Outside =
        ["artifacts", "bin", "obj", "node_modules", ".git", "TestResults", "BenchmarkDotNet.Artifacts"];

    public static string Root { get; } = Find();

    /// <summary>
    /// Every C# source file of the tree, with a path relative to the root and '/' as separator.
    /// </summary>
    public static IReadOnlyList<SourceFile> Sources { get; } =
        [.. Files("*.cs").Select(path => new SourceFile(path, File.ReadAllText(Path.Combine(Root, path))))];

    /// <summary>
    /// Every file below the root that belongs to the project, relative, with '/' as separator.
    /// </summary>
    public static IEnumerable<string> Files(string pattern) =>
        Below(Root)
            .SelectMany(folder => Directory.EnumerateFiles(folder, pattern))
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Order(StringComparer.Ordinal);

    private static IEnumerable<string> Below(string folder) =>
        Directory.EnumerateDirectories(folder)
            .Where(child => !Outside.Contains(Path.GetFileName(child)))
            .SelectMany(Below)
            .Prepend(folder);

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "QuicPair.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("QuicPair.sln is in no folder above the tests.");
    }
}
