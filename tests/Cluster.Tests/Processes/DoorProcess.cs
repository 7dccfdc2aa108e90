using System.Text.RegularExpressions;
using QuicPair.EndToEnd;
using QuicPair.Interop.Peers;

namespace QuicPair.Cluster.Tests.Processes;

/// <summary>A front door in a process of its own.</summary>
internal sealed partial class DoorProcess : IAsyncDisposable
{
    private readonly IReadOnlyDictionary<string, string?> _settings;

    private DoorProcess(ChildProcess process, Uri address, IReadOnlyDictionary<string, string?> settings)
    {
        _settings = settings;
        Process = process;
        Address = address;
        Http = new HttpClient { BaseAddress = address };
    }

    public ChildProcess Process { get; }

    public Uri Address { get; }

    public HttpClient Http { get; }

    public static async Task<DoorProcess> Start(IReadOnlyDictionary<string, string?> settings)
    {
        var environment = new Dictionary<string, string?>(settings);
        environment.TryAdd("Urls", $"http://127.0.0.1:{FreePort.Next()}");
        environment.TryAdd("FrontDoor__DashboardToken", "operator-token-of-the-tests");
        environment.TryAdd("Limits__Burst", "100000");
        environment.TryAdd("Limits__PerSecond", "100000");
        var process = ChildProcess.Start("dotnet", [Tree.Program("SignalingApi")], environment);
        var line = await process.Line(line => Listening().IsMatch(line));
        return new DoorProcess(process, new Uri(Listening().Match(line).Groups[1].Value), environment);
    }

    /// <summary>SIGKILL, then a new process with the same settings.</summary>
    public async Task<DoorProcess> KillAndRestart()
    {
        await Process.Kill();
        await DisposeAsync();
        return await Start(_settings);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Process.DisposeAsync();
    }

    [GeneratedRegex(@"front door on (http://\S+)")]
    private static partial Regex Listening();
}
