using System.Text;
using System.Text.Json;
using QuicPair.Client;
using QuicPair.Protocol;
using QuicPair.Protocol.Messages;
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
            var canaries = await Use(mac, door, Path.Combine(folder, "pairings.json"));
            var pages = await Dashboard(door.Address, token, canaries.Grain);
            var macs = await Macs(door.Address, token);
            Assert.Contains(canaries.Grain.Split('/')[1], macs, StringComparison.Ordinal);

            string[] strings = [canaries.Prompt, canaries.Name, .. canaries.Keys.SelectMany(Spellings)];
            AssertAbsent(strings, "the Mac's output", mac.Process.Output + mac.Process.Errors);
            AssertAbsent(strings, "the front door's output", door.Process.Output + door.Process.Errors);
            AssertAbsent(strings, "the dashboard", pages);
            AssertAbsent(strings, "the answer of /api/macs", macs);
            var measured = await mac.Metrics();
            Assert.Matches("""quicpair_audit_events_total\{.*event="paired".*\} 1""", measured);
            AssertAbsent(strings, "the Mac's /metrics", measured);
            AssertAbsent(strings, "the front door's /metrics", await Measured.By(door.Process));
            AssertNotStored(mac.Home, canaries);
            AssertNotStored(door.Home, canaries);
            Assert.Equal([door.Planted], MemoryScan.Find(door.Process.Id, [door.Planted, .. strings]));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<Canaries> Use(MacProcess mac, FrontDoorProcess door, string store)
    {
        var prompt = $"prompt-{Guid.NewGuid():N}";
        var name = $"name-{Guid.NewGuid():N}";
        Assert.True(PairingLink.TryParse(await mac.InviteFromAway(), out var link, out string problem), problem);
        Assert.Equal(door.Address.GetLeftPart(UriPartial.Authority), link.Origin);
        await using var phone = new Phone(new PhoneOptions { Name = name, StorePath = store });
        await using var paired = await phone.Pair(link, TestContext.Current.CancellationToken);
        await foreach (var message in paired.Chat(new ChatMessage { Prompt = prompt }))
        {
            Assert.IsNotType<ErrorMessage>(message);
        }

        var record = phone.Pairings.Load().Single();
        byte[][] keys = [link.Secret, record.PrivateKey, record.Psk!, record.OfferKey!];
        return new Canaries(prompt, name, $"{record.MacId}/{record.DeviceId}", keys);
    }

    private static async Task<string> Dashboard(Uri door, string token, string grain)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        var pages = new StringBuilder();
        var state = $"GrainState?grainId={Uri.EscapeDataString(grain)}&grainType=QuicPair.Grains.Pairings.PairingGrain";
        foreach (var page in DashboardPages)
        {
            using var answer = await http.GetAsync(new Uri(door, $"/dashboard/{page}"));
            pages.AppendLine(await answer.Content.ReadAsStringAsync());
        }

        Assert.Contains("PairingGrain", pages.ToString(), StringComparison.Ordinal);
        var shown = await http.GetStringAsync(new Uri(door, $"/dashboard/{state}"));

        // The page about the device really is about the device: it has its id, its stage and that it is connected.
        Assert.Contains(grain.Split('/')[1], shown, StringComparison.Ordinal);
        pages.AppendLine(shown);
        return pages.ToString();
    }

    private static async Task<string> Macs(Uri door, string token)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return await http.GetStringAsync(new Uri(door, "/api/macs"));
    }

    private static void AssertAbsent(IEnumerable<string> canaries, string where, string text) =>
        Assert.DoesNotContain(canaries, canary =>
        {
            var found = text.Contains(canary, StringComparison.OrdinalIgnoreCase);
            Assert.False(found, $"A planted string is in {where}.");
            return found;
        });

    private static void AssertNotStored(string home, Canaries canaries)
    {
        byte[][] needles =
            [.. canaries.Keys, Encoding.UTF8.GetBytes(canaries.Prompt), Encoding.UTF8.GetBytes(canaries.Name)];
        var files = Directory.EnumerateFiles(home, "*", SearchOption.AllDirectories)
            .Where(path => new FileInfo(path).Length > 0).ToList();
        Assert.NotEmpty(files);
        foreach (var path in files)
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var content = new byte[file.Length];
            file.ReadExactly(content);
            Assert.DoesNotContain(needles, needle => content.AsSpan().IndexOf(needle) >= 0);
        }
    }

    private static IEnumerable<string> Spellings(byte[] key) =>
    [
        Convert.ToHexString(key),
        Convert.ToBase64String(key),
        StrictBase64Url.Encode(key),
        JsonSerializer.Serialize(key.Select(value => (int)value)).Trim('[', ']'),
    ];

    private sealed record Canaries(string Prompt, string Name, string Grain, byte[][] Keys);
}
