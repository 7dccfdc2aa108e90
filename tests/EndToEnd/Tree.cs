namespace QuicPair.EndToEnd;

/// <summary>Where the sources and the built programs are.</summary>
internal static class Tree
{
    public static string Root { get; } = Find();

    public static string Artifacts => Path.Combine(Root, "artifacts");

    /// <summary>
    /// The built program of a product project, in the configuration that the tests were built in.
    /// </summary>
    public static string Program(string project)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        var name = project == "Cli" ? "quicpair" : $"QuicPair.{project}";
        return Path.Combine(Artifacts, "bin", project, configuration, $"{name}.dll");
    }

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
