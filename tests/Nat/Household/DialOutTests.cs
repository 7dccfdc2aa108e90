using System.Text.Json;
using QuicPair.Cluster.Tests.Processes;
using QuicPair.EndToEnd;
using QuicPair.Nat.Lab;
using QuicPair.Nat.Routers;
using Xunit;

namespace QuicPair.Nat.Household;

/// <summary>
/// Two Macs in one network behind a router that lets nothing in, and a public front door: the Macs only dial out, and
/// PostgreSQL listens nowhere that they can reach.
/// </summary>
public sealed class DialOutTests : IDisposable
{
    // Beyond the routers as every address of the lab's internet; a private range, because a link to any other has to
    // be https.
    private const string Door = "172.31.0.20";

    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("qplab");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _home.Delete(recursive: true);

    [Fact]
    public async Task Phones_reach_macs_that_only_dial_out_also_after_the_door_died_and_the_router_forgot()
    {
        using var world = new World();
        await using var postgres = await PostgresProcess.Start();
        var publicPlace = world.Add(Namespace.Create("door"));
        world.Internet.Connect(publicPlace, Door);
        var (first, phone) = (world.Site(NatKind.PortRestricted, 30), world.Site(NatKind.PortRestricted, 40));
        var second = world.Add(Site.BesideHost(first, "192.168.30.3"));
        using var mac1 = await Mac(first, "mac-1");
        using var mac2 = await Mac(second, "mac-2");

        // The front door alone reaches the database: by its Unix socket, which no network leads to.
        var whole = postgres.ConnectionString;
        var login = whole[whole.IndexOf("Username", StringComparison.Ordinal)..];
        var folder = Path.Combine(_home.FullName, "front-door");
        await Ok(
            first, "mac-1", "household", "front-door", Path.Combine(folder, "household"), "--address", Door,
            "--database", $"Host={postgres.SocketFolder};Port={postgres.Port};{login}", "--door", $"{Door}:11112",
            "--public-url", $"http://{Door}:8443");
        var door = StartDoor(publicPlace, folder);
        try
        {
            await door.Line(line => line.Contains("front door on", StringComparison.Ordinal));
            await Ok(
                first, "mac-1", "household", "create", "--database", login, "--door", $"{Door}:11112", "--address",
                "192.168.30.2", "--public-url", $"http://{Door}:8443");
            var invitation = (await Ok(first, "mac-1", "invite")).Split('\n')[0];
            await Ok(second, "mac-2", "join", invitation, "--address", "192.168.30.3");
            await Chat(phone, "phone-1", await Link(first, "mac-1"));
            await Chat(phone, "phone-2", await Link(second, "mac-2"));

            await door.Kill();
            await door.DisposeAsync();
            door = StartDoor(publicPlace, folder);
            await Chat(phone, "phone-1");
            await Chat(phone, "phone-2");

            first.Router!.Forget();
            await Chat(phone, "phone-1");
            await Chat(phone, "phone-2");
        }
        finally
        {
            await door.DisposeAsync();
        }
    }

    private async Task<Quicpair> Mac(Site site, string name)
    {
        var settings = Settings(name);
        settings["Mac__Name"] = name;
        settings["Urls"] = "http://127.0.0.1:8443";
        settings["OLLAMA_HOST"] = "http://127.0.0.1:9";
        settings["TURN_URLS"] = $"turn:{TurnServer.Address}:3478";
        settings["TURN_USER"] = TurnServer.User;
        settings["TURN_PASS"] = TurnServer.Password;
        var daemon = Quicpair.Start(site.Host, settings, "up");
        await daemon.Line("Pair a phone", Cancellation);
        return daemon;
    }

    private static ChildProcess StartDoor(Namespace place, string folder) => ChildProcess.Start(
        "ip", ["netns", "exec", place.Name, "dotnet", Tree.Program("SignalingApi")],
        new Dictionary<string, string?>
        {
            ["Urls"] = "http://*:8443",
            ["FrontDoor__DataFolder"] = folder,
            ["FrontDoor__Dashboard"] = "false",
            ["Limits__Burst"] = "1000",
            ["Ice__TurnUrls__0"] = $"turn:{TurnServer.Address}:3478",
            ["Ice__TurnUser"] = TurnServer.User,
            ["Ice__TurnPassword"] = TurnServer.Password,
        });

    private async Task<string> Link(Site mac, string name)
    {
        var links = JsonElement.Parse((await Ok(mac, name, "pair", "--json")).Split('\n')[0]).GetProperty("links");
        return links.EnumerateArray().Select(link => link.GetString()!)
            .First(link => link.Contains(Door, StringComparison.Ordinal));
    }

    private async Task<string> Ok(Site site, string name, params string[] arguments)
    {
        var (exit, said) = await Quicpair.Run(site.Host, Settings(name), Cancellation, arguments);
        Assert.True(exit == 0, $"{string.Join(' ', arguments[..1])}: {exit}: {said}");
        return said;
    }

    /// <summary>A phone asks until it is answered, as the app does.</summary>
    private async Task Chat(Site phone, string name, params string[] link)
    {
        var (exit, said) = (1, "");
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        for (var attempt = 0; attempt < 40 && exit != 0; attempt++)
        {
            (exit, said) = await Quicpair.Run(
                phone.Host, Settings(name), Cancellation, ["chat", .. link, "Hello"]);
            if (exit != 0) await timer.WaitForNextTickAsync(Cancellation);
        }

        Assert.True(exit == 0, said);
    }

    private Dictionary<string, string> Settings(string name) => new()
    {
        ["QUICPAIR_HOME"] = Path.Combine(_home.FullName, name),
    };
}
