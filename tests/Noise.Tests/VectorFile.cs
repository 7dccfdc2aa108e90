using System.Text.Json;

namespace QuicPair.Noise.Tests;

/// <summary>The files in tests/vectors.</summary>
internal static class VectorFile
{
    public static string Folder { get; } = Find();

    public static JsonElement Json(string path) =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, path))).RootElement;

    public static string Text(string path) => File.ReadAllText(Path.Combine(Folder, path));

    public static byte[] Hex(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? Convert.FromHexString(value.GetString()!) : [];

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!Directory.Exists(Path.Combine(folder!.FullName, "tests", "vectors")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder.FullName, "tests", "vectors");
    }
}
