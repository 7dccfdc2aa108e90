using System.Text.Json;

namespace QuicPair.Rtc.Tests.Stun;

/// <summary>The sample messages of RFC 5769, from tests/vectors/stun/rfc5769.json.</summary>
internal static class Rfc5769Vectors
{
    private static readonly JsonElement File = Load();

    public static string Password { get; } = File.GetProperty("password_short_term").GetString()!;

    public static byte[] SampleRequest { get; } = Message("2.1");

    public static byte[] SampleIPv4Response { get; } = Message("2.2");

    public static byte[] SampleIPv6Response { get; } = Message("2.3");

    public static byte[] SampleLongTermRequest { get; } = Message("2.4");

    public static JsonElement Vector(string section) =>
        File.GetProperty("vectors").EnumerateArray()
            .Single(each => each.GetProperty("section").GetString() == section);

    private static byte[] Message(string section) =>
        Convert.FromHexString(Vector(section).GetProperty("hex").GetString()!);

    private static JsonElement Load()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!folder.EnumerateFiles("QuicPair.sln").Any())
        {
            folder = folder.Parent!;
        }

        var path = Path.Combine(folder.FullName, "tests", "vectors", "stun", "rfc5769.json");
        return JsonDocument.Parse(System.IO.File.ReadAllText(path)).RootElement;
    }
}
