namespace QuicPair.EndToEnd;

/// <summary>Reads the measurements of a process that says where they are.</summary>
internal static class Measured
{
    private const string Label = "Metrics: ";

    public static async Task<string> By(ChildProcess process)
    {
        var line = await process.Line(line => line.StartsWith(Label, StringComparison.Ordinal));
        using var http = new HttpClient();
        return await http.GetStringAsync(new Uri(line[Label.Length..]));
    }
}
