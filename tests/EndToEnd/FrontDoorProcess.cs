using System.Text.RegularExpressions;
using QuicPair.Interop.Peers;

namespace QuicPair.EndToEnd;

/// <summary>A front door that runs alone, with a silo port that a Mac may join.</summary>
internal sealed partial class FrontDoorProcess : IAsyncDisposable
{
    private FrontDoorProcess(ChildProcess process, string home, Uri address, int siloPort, string planted) =>
        (Process, Home, Address, SiloPort, Planted) = (process, home, address, siloPort, planted);

    public ChildProcess Process { get; }

    public string Home { get; }

    public Uri Address { get; }

    public int SiloPort { get; }

    /// <summary>A string that its memory does hold: it is in its configuration.</summary>
    public string Planted { get; }

    /// <param name="operatorToken">What opens its dashboard.</param>
    /// <param name="settings">More configuration, as environment variables say it.</param>
    public static async Task<FrontDoorProcess> Start(
        string operatorToken, IReadOnlyDictionary<string, string?>? settings = null)
    {
        var home = Directory.CreateTempSubdirectory("quicpair-door-").FullName;
        var planted = $"planted-{Guid.NewGuid():N}";
        var siloPort = FreePort.Next();
        var environment = new Dictionary<string, string?>(settings ?? new Dictionary<string, string?>())
        {
            ["QUICPAIR_HOME"] = home,
            ["FrontDoor__DataFolder"] = home,
            ["FrontDoor__DashboardToken"] = operatorToken,
            ["FrontDoor__Planted"] = planted,
            ["Cluster__Port"] = $"{siloPort}",
            ["Urls"] = "http://127.0.0.1:0",
            ["Metrics__Port"] = "0",
            ["Logging__LogLevel__Default"] = "Trace",
        };
        var process = ChildProcess.Start("dotnet", [Tree.Program("SignalingApi")], environment);
        var line = await process.Line(line => Listening().IsMatch(line));
        var address = new Uri(Listening().Match(line).Groups[1].Value);
        return new FrontDoorProcess(process, home, address, siloPort, planted);
    }

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        Directory.Delete(Home, recursive: true);
    }

    [GeneratedRegex(@"front door on (http://\S+)")]
    private static partial Regex Listening();
}
