using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;
using QuicPair.Benchmarks.Path;
using QuicPair.EndToEnd;
using QuicPair.Protocol;

namespace QuicPair.Benchmarks.Devices;

/// <summary>
/// A Mac in a process of its own over a stock of devices, and what its owner and its operator ask of it.
/// </summary>
internal sealed class StockedMac : IAsyncDisposable
{
    private const string Token = "operator-token-of-the-benchmarks";

    // Ours: the dashboard counts once a second.
    private static readonly TimeSpan BetweenCounts = TimeSpan.FromSeconds(2);

    private readonly MacProcess _mac;
    private readonly HttpClient _http;

    private StockedMac(MacProcess mac, TimeSpan startTime)
    {
        (_mac, StartTime) = (mac, startTime);
        _http = new HttpClient { BaseAddress = mac.Address };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    /// <summary>From the start of the process until it can pair.</summary>
    public TimeSpan StartTime { get; }

    /// <summary>Where its front door is.</summary>
    public string Origin => _mac.Address.GetLeftPart(UriPartial.Authority);

    public double ResidentMebibytes
    {
        get
        {
            using var process = Process.GetProcessById(_mac.Process.Id);
            return ProcessLoad.Of(process).ResidentMebibytes;
        }
    }

    /// <param name="home">Its data folder.</param>
    /// <param name="database">The settings of a database; none for the state file.</param>
    public static async Task<StockedMac> Start(string home, IReadOnlyDictionary<string, string?> database)
    {
        var settings = new Dictionary<string, string?>(database)
        {
            ["FrontDoor__DashboardToken"] = Token,
            ["Ice__StunUrls"] = "",

            // All phones have one address here.
            ["Limits__Burst"] = "100000",
            ["Limits__PerSecond"] = "100000",
        };
        var begun = Stopwatch.GetTimestamp();
        var mac = await MacProcess.Start(home, 0, settings);
        return new StockedMac(mac, Stopwatch.GetElapsedTime(begun));
    }

    /// <summary>A link for one phone in this network.</summary>
    public async Task<PairingLink> Invite()
    {
        var reply = await _mac.Ask(new { op = "pair", local = true });
        var text = reply.GetProperty("links").EnumerateArray().Last().GetString()!;
        return PairingLink.TryParse(text, out var link, out string problem)
            ? link
            : throw new InvalidOperationException(problem);
    }

    /// <summary>How many devices the owner's list has.</summary>
    public async Task<int> ListDevices() =>
        (await _mac.Ask(new { op = "devices" })).GetProperty("devices").GetArrayLength();

    /// <summary>How many devices the operator's page would show.</summary>
    public async Task<int> ShowFleet()
    {
        using var report = JsonDocument.Parse(await _http.GetByteArrayAsync("api/macs"));
        return report.RootElement.GetProperty("macs").EnumerateArray().Sum(mac =>
            mac.TryGetProperty("devices", out var devices) && devices.ValueKind == JsonValueKind.Array
                ? devices.GetArrayLength()
                : 0);
    }

    /// <summary>Pairings whose grains are in memory, once that number stays.</summary>
    public async Task<int> Awake()
    {
        using var look = new PeriodicTimer(BetweenCounts);
        var (before, now) = (-1, await CountAwake());
        while (now != before)
        {
            await look.WaitForNextTickAsync();
            (before, now) = (now, await CountAwake());
        }

        return now;
    }

    /// <summary>Ends it in order.</summary>
    public async Task Stop()
    {
        await _mac.Process.Terminate();
        await _mac.Process.Exit();
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _mac.DisposeAsync();
    }

    private async Task<int> CountAwake()
    {
        using var counters = JsonDocument.Parse(await _http.GetByteArrayAsync("dashboard/DashboardCounters"));
        return counters.RootElement.GetProperty("simpleGrainStats").EnumerateArray()
            .Where(grain => grain.GetProperty("grainType").GetString()!.Contains(
                "PairingGrain", StringComparison.Ordinal))
            .Sum(grain => grain.GetProperty("activationCount").GetInt32());
    }
}
