using System.Text;
using QuicPair.EndToEnd.Canary;
using Xunit;

namespace QuicPair.EndToEnd;

/// <summary>
/// Plants a prompt, a secret, a name and keys, then looks for them wherever they must not be.
/// </summary>
public sealed class CanaryTests
{
    private static readonly string[] DashboardPages =
    [
        "DashboardCounters", "ClusterStats", "TopGrainMethods", "GrainTypes", "LifecycleStages", "Reminders",
        "version", "Trace",
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_planted_is_found_in_logs_dashboard_store_or_the_front_door()
    {
        var token = $"{Guid.NewGuid():N}";
        await using var door = await FrontDoorProcess.Start(token);
        await using var mac = await MacProcess.Start(settings: new Dictionary<string, string?>
        {
            ["Cluster__Primary"] = $"127.0.0.1:{door.SiloPort}",
            ["FrontDoor__PublicUrl"] = door.Address.GetLeftPart(UriPartial.Authority),
            ["FrontDoor__DashboardToken"] = token,
            ["Metrics__Port"] = "0",
            ["Logging__LogLevel__Default"] = "Trace",
            ["Logging__LogLevel__QuicPair"] = "Trace",
        });
        var folder = Directory.CreateTempSubdirectory("quicpair-phone-").FullName;
        try
        {
            var planted = await Planted.Through(mac, door.Address, folder);
            var scan = planted.Everywhere;
            CanaryAssert.Finds(scan, planted);

            CanaryAssert.Absent(scan, "what the phone says of failures", planted.Failures);
            CanaryAssert.Absent(scan, "the Mac's output", mac.Process.Output + mac.Process.Errors);
            CanaryAssert.Absent(scan, "the front door's output", door.Process.Output + door.Process.Errors);
            CanaryAssert.Absent(scan, "the dashboard", await Dashboard(door.Address, token, planted));
            CanaryAssert.Absent(scan, "the answer of /api/macs", await Macs(door.Address, token, planted));
            var measured = await mac.Metrics();
            Assert.Matches("""quicpair_audit_events_total\{.*event="paired".*\} 1""", measured);
            CanaryAssert.Absent(scan, "the Mac's /metrics", measured);
            CanaryAssert.Absent(scan, "the front door's /metrics", await Measured.By(door.Process));
            CanaryAssert.NotStored(planted.Stored, mac.Home);
            CanaryAssert.NotStored(scan, door.Home);

            // The last of all: where memory cannot be read, everything before it has been looked at.
            Assert.Equal([door.Planted], MemoryScan.Find(door.Process.Id, [door.Planted, .. scan.Texts], scan.Secrets));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Every page, and the state of each kind of grain.</summary>
    private static async Task<string> Dashboard(Uri door, string token, Planted planted)
    {
        using var http = Operator(door, token);
        var pages = new StringBuilder();
        foreach (var page in DashboardPages)
        {
            using var answer = await http.GetAsync($"/dashboard/{page}", Cancellation);
            pages.AppendLine(await answer.Content.ReadAsStringAsync(Cancellation));
        }

        Assert.Contains("PairingGrain", pages.ToString(), StringComparison.Ordinal);
        (string Type, string Id, string Shows)[] grains =
        [
            ("Pairings.PairingGrain", $"{planted.Mac}/{planted.Device}", planted.Device),
            ("MacGrain", planted.Mac, planted.Device),
            ("Fleet.FleetGrain", "front-door", planted.Mac),
        ];
        foreach (var (type, id, shows) in grains)
        {
            var page = $"/dashboard/GrainState?grainId={Uri.EscapeDataString(id)}&grainType=QuicPair.Grains.{type}";
            var shown = await http.GetStringAsync(page, Cancellation);

            // A front door notes a Mac soon after it sees it, and a page about a grain really is about it.
            while (!shown.Contains(shows, StringComparison.Ordinal))
            {
                shown = await http.GetStringAsync(page, Cancellation);
            }

            Assert.Contains("GetState", shown, StringComparison.Ordinal);
            pages.AppendLine(shown);
        }

        return pages.ToString();
    }

    private static async Task<string> Macs(Uri door, string token, Planted planted)
    {
        using var http = Operator(door, token);
        var macs = await http.GetStringAsync("/api/macs", Cancellation);
        Assert.Contains(planted.Device, macs, StringComparison.Ordinal);
        return macs;
    }

    private static HttpClient Operator(Uri door, string token) => new()
    {
        BaseAddress = door,
        DefaultRequestHeaders = { Authorization = new("Bearer", token) },
    };
}
