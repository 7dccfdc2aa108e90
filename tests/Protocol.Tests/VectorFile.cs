using System.Text.Json;

namespace QuicPair.Protocol.Tests;

/// <summary>The known answers in tests/vectors.</summary>
internal static class VectorFile
{
    public static string Folder { get; } = Find();

    public static JsonElement QuicPair(string name) => Json($"quicpair/{name}.json");

    public static JsonElement Json(string path) =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, path))).RootElement;

    /// <summary>The elements of an array; an empty one is a mistake of the test.</summary>
    public static IReadOnlyList<JsonElement> Each(this JsonElement element, string name)
    {
        JsonElement[] items = [.. element.GetProperty(name).EnumerateArray()];
        Assert.NotEmpty(items);
        return items;
    }

    public static byte[] Hex(this JsonElement element, string name) =>
        Convert.FromHexString(element.GetProperty(name).GetString()!);

    public static string Text(this JsonElement element, string name) =>
        element.GetProperty(name).GetString()!;

    public static string? OptionalText(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value.GetString() : null;

    public static int Number(this JsonElement element, string name) => element.GetProperty(name).GetInt32();

    public static byte[] Bytes(this JsonElement element, string name) =>
        [.. element.GetProperty(name).EnumerateArray().Select(value => value.GetByte())];

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
