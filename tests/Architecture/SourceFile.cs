namespace QuicPair.Architecture;

/// <summary>One C# file: its path relative to the root and its text.</summary>
internal sealed record SourceFile(string Path, string Text)
{
    public string Folder => System.IO.Path.GetDirectoryName(Path)!.Replace('\\', '/');

    public string Name => System.IO.Path.GetFileName(Path);

    public bool IsTest => Path.StartsWith("tests/", StringComparison.Ordinal);
}
