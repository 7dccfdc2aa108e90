using System.Text;
using QuicPair.Client;
using QuicPair.EndToEnd.Canary;
using QuicPair.Protocol;
using QuicPair.Protocol.Messages;
using Xunit;
using ErrorCode = QuicPair.Protocol.ErrorCode;

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
            var planted = await Use(mac, door, folder);
            var scan = planted.Everywhere;
            AssertFinds(scan, planted);

            AssertAbsent(scan, "what the phone says of failures", planted.Failures);
            AssertAbsent(scan, "the Mac's output", mac.Process.Output + mac.Process.Errors);
            AssertAbsent(scan, "the front door's output", door.Process.Output + door.Process.Errors);
            AssertAbsent(scan, "the dashboard", await Dashboard(door.Address, token, planted));
            AssertAbsent(scan, "the answer of /api/macs", await Macs(door.Address, token, planted));
            var measured = await mac.Metrics();
            Assert.Matches("""quicpair_audit_events_total\{.*event="paired".*\} 1""", measured);
            AssertAbsent(scan, "the Mac's /metrics", measured);
            AssertAbsent(scan, "the front door's /metrics", await Measured.By(door.Process));
            AssertNotStored(mac.Home, planted.Stored);
            AssertNotStored(door.Home, scan);

            // The last of all: where memory cannot be read, everything before it has been looked at.
            Assert.Equal([door.Planted], MemoryScan.Find(door.Process.Id, [door.Planted, .. scan.Texts], scan.Secrets));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<Planted> Use(MacProcess mac, FrontDoorProcess door, string folder)
    {
        var prompt = $"prompt-{Guid.NewGuid():N}";
        var name = $"name-{Guid.NewGuid():N}";
        var text = await mac.InviteFromAway();
        Assert.True(PairingLink.TryParse(text, out var link, out string problem), problem);
        Assert.Equal(door.Address.GetLeftPart(UriPartial.Authority), link.Origin);
        var invited = SealedKeys.Of(mac);
        var options = new PhoneOptions { Name = name, StorePath = Path.Combine(folder, "pairings.json") };
        await using var phone = new Phone(options);
        await using var paired = await phone.Pair(link, Cancellation);
        await foreach (var message in paired.Chat(new ChatMessage { Prompt = prompt }))
        {
            Assert.IsNotType<ErrorMessage>(message);
        }

        await using var late = new Phone(options with { StorePath = Path.Combine(folder, "late.json") });
        var failures = await Fail(paired, prompt) + await Fail(late, link);
        var record = phone.Pairings.Load().Single();
        var kept = SealedKeys.Of(mac);
        byte[][] ofThePhone = [record.PrivateKey, record.Psk!, record.OfferKey!];
        byte[][] ofTheLink = [link.Secret, KeySchedule.Psk(link.Secret), KeySchedule.OfferKey(link.Secret)];
        byte[][] ofTheMac = [.. invited.Secrets, .. kept.Secrets];
        byte[][] atBoth = [link.Secret, record.Psk!, record.OfferKey!];
        Assert.All(
            atBoth, secret => Assert.Contains(ofTheMac, known => known.AsSpan().SequenceEqual(secret)));
        byte[][] secrets = [.. ofTheLink, .. ofThePhone, .. ofTheMac];
        string[] texts = [prompt, name, text, text[^96..]];
        return new Planted(
            record.MacId, record.DeviceId, text, failures, new CanaryScan(texts, secrets),
            new CanaryScan(texts, [.. secrets, .. kept.Seals]));
    }

    /// <summary>A chat that fails at the Mac, which throws on its way.</summary>
    private static async Task<string> Fail(PairedMac paired, string prompt)
    {
        Message? last = null;
        await foreach (var message in paired.Chat(new ChatMessage { Prompt = prompt, Model = "absent" }))
        {
            last = message;
        }

        var error = Assert.IsType<ErrorMessage>(last);
        Assert.Equal(ErrorCode.ModelNotFound, error.Code);
        return $"{error}\n{error.Text}\n";
    }

    /// <summary>A pairing that is refused: the link is used.</summary>
    private static async Task<string> Fail(Phone late, PairingLink used)
    {
        var refusal = await Assert.ThrowsAsync<ConnectException>(() => late.Pair(used, Cancellation));
        Assert.Equal(ConnectFailure.Refused, refusal.Reason);
        return refusal.ToString();
    }

    /// <summary>The scan first finds what was planted to be found.</summary>
    private static void AssertFinds(CanaryScan scan, Planted planted)
    {
        Assert.NotEmpty(scan.FoundIn($"dbug: the link {planted.Link} was made"));
        Assert.All(
            scan.Secrets, secret => Assert.NotEmpty(scan.FoundIn($"dbug: key {StrictBase64Url.Encode(secret)}.")));
        Assert.True(scan.IsIn(Encoding.UTF8.GetBytes($"INSERT {planted.Link};")));
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

    private static void AssertAbsent(CanaryScan scan, string where, string text)
    {
        // The message names no secret: a build log is no place for one.
        var found = scan.FoundIn(text).Count;
        Assert.True(found == 0, $"{found} planted strings are in {where}.");
    }

    private static void AssertNotStored(string home, CanaryScan scan)
    {
        var files = Directory.EnumerateFiles(home, "*", SearchOption.AllDirectories)
            .Where(path => new FileInfo(path).Length > 0).ToList();
        Assert.NotEmpty(files);
        foreach (var path in files)
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var content = new byte[file.Length];
            file.ReadExactly(content);
            Assert.False(scan.IsIn(content), $"Something planted is in {path}.");
        }
    }

    /// <param name="Mac">The Mac's id.</param>
    /// <param name="Device">The device's id.</param>
    /// <param name="Link">The link that paired it.</param>
    /// <param name="Failures">What was said of what failed.</param>
    /// <param name="Stored">What must be in no file.</param>
    /// <param name="Everywhere">What must be nowhere else either: the Mac's seals, too.</param>
    private sealed record Planted(
        string Mac, string Device, string Link, string Failures, CanaryScan Stored, CanaryScan Everywhere);
}
