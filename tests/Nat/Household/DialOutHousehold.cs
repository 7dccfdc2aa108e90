using System.Text.Json;
using QuicPair.Cluster.Tests.Processes;
using QuicPair.EndToEnd;
using QuicPair.Nat.Lab;
using QuicPair.Nat.Routers;
using Xunit;

namespace QuicPair.Nat.Household;

/// <summary>
/// Two Macs in one network behind a router that lets nothing in, and a public front door: the Macs only dial out, and
/// PostgreSQL listens nowhere that they can reach. The second Mac may have a runner that says a word whenever it may.
/// </summary>
internal sealed class DialOutHousehold : IAsyncDisposable
{
    // Beyond the routers as every address of the lab's internet; a private range, because a link to any other has to
    // be https.
    private const string Door = "172.31.0.20";

    private readonly World _world;
    private readonly Namespace _publicPlace;
    private readonly List<Quicpair> _daemons = [];
    private PostgresProcess? _postgres;
    private ChildProcess? _door;
    private int _words;

    private DialOutHousehold(World world)
    {
        _world = world;
        _publicPlace = world.Add(Namespace.Create("door"));
        world.Internet.Connect(_publicPlace, Door);
        (First, Phone) = (world.Site(NatKind.PortRestricted, 30), world.Site(NatKind.PortRestricted, 40));
        Second = world.Add(Site.BesideHost(First, "192.168.30.3"));
    }

    /// <summary>Where <c>mac-1</c> is.</summary>
    public Site First { get; }

    /// <summary>Where <c>mac-2</c> is.</summary>
    public Site Second { get; }

    /// <summary>Where the phones are.</summary>
    public Site Phone { get; }

    /// <summary>The second Mac's; null for the built-in one.</summary>
    public MeteredRunner? Runner { get; private set; }

    /// <summary>Makes the household.</summary>
    /// <param name="world">Where it stands.</param>
    /// <param name="areChosen">Whether the Macs are told their addresses, or find them.</param>
    /// <param name="words">Of each answer of the second Mac's runner; 0 for the built-in one.</param>
    public static async Task<DialOutHousehold> Start(World world, bool areChosen, int words = 0)
    {
        var household = new DialOutHousehold(world);
        try
        {
            await household.Open(areChosen, words);
            return household;
        }
        catch
        {
            await household.DisposeAsync();
            throw;
        }
    }

    /// <summary>SIGKILL of the front door, then a new process over the same folder.</summary>
    public async Task RestartDoor()
    {
        await _door!.Kill();
        await _door.DisposeAsync();
        _door = StartDoor();
    }

    /// <summary>A link of a Mac that leads to the front door.</summary>
    public async Task<string> Link(Site mac, string name)
    {
        var links = JsonElement.Parse((await Ok(mac, name, "pair", "--json")).Split('\n')[0]).GetProperty("links");
        return links.EnumerateArray().Select(link => link.GetString()!)
            .First(link => link.Contains(Door, StringComparison.Ordinal));
    }

    /// <summary>A phone asks until it is answered, as the app does; the runner may say all of each answer.</summary>
    public async Task Chat(string name, params string[] link)
    {
        var (exit, said) = (1, "");
        var words = link;
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        for (var attempt = 0; attempt < 40 && exit != 0; attempt++)
        {
            Runner?.Say(_words + 1);
            (exit, said) = await Quicpair.Run(
                Phone.Host, Settings(name), Cancellation, ["chat", .. words, "Hello"]);

            // A link is good once, and the attempt may have come so far: the next one goes without it, in turn.
            words = words.Length == 0 ? link : [];
            if (exit != 0) await timer.WaitForNextTickAsync(Cancellation);
        }

        Assert.True(exit == 0, said);
    }

    /// <summary>Waits until the first Mac's owner reads that the second one is here, at an address.</summary>
    public async Task UntilSeenAt(string address)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        var said = "";
        for (var look = 0; look < 180; look++)
        {
            said = await Ok(First, "mac-1", "macs", "--json");
            var macs = JsonElement.Parse(said.Split('\n')[0]).EnumerateArray();
            if (macs.Any(mac => IsHere(mac, "mac-2", address))) return;
            await timer.WaitForNextTickAsync(Cancellation);
        }

        Assert.Fail($"mac-2 is not seen at {address}: {said}");
    }

    /// <summary>What a program that is a phone or Mac of this name is started with.</summary>
    public Dictionary<string, string> Settings(string name) => new()
    {
        ["QUICPAIR_HOME"] = Path.Combine(_world.Folder, name),
    };

    public async ValueTask DisposeAsync()
    {
        foreach (var daemon in _daemons) daemon.Dispose();
        if (_door is not null) await _door.DisposeAsync();
        if (Runner is not null) await Runner.DisposeAsync();
        if (_postgres is not null) await _postgres.DisposeAsync();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string DoorFolder => Path.Combine(_world.Folder, "front-door");

    private static bool IsHere(JsonElement mac, string name, string address) =>
        (mac.GetProperty("name").GetString(), mac.GetProperty("state").GetString()) == (name, "here")
        && mac.GetProperty("at").GetString()!.StartsWith(address + ":", StringComparison.Ordinal);

    private async Task Open(bool areChosen, int words)
    {
        _postgres = await PostgresProcess.Start();
        _words = words;
        if (words > 0) Runner = Second.Host.Run(() => new MeteredRunner(words));
        _daemons.Add(await Mac(First, "mac-1", null));
        _daemons.Add(await Mac(Second, "mac-2", Runner));

        // The front door alone reaches the database: by its Unix socket, which no network leads to.
        var whole = _postgres.ConnectionString;
        var login = whole[whole.IndexOf("Username", StringComparison.Ordinal)..];
        await Ok(
            First, "mac-1", "household", "front-door", Path.Combine(DoorFolder, "household"), "--address", Door,
            "--database", $"Host={_postgres.SocketFolder};Port={_postgres.Port};{login}", "--door", $"{Door}:11112",
            "--public-url", $"http://{Door}:8443");
        _door = StartDoor();
        await _door.Line(line => line.Contains("front door on", StringComparison.Ordinal));
        await Ok(
            First, "mac-1",
            [
                "household", "create", "--database", login, "--door", $"{Door}:11112", "--public-url",
                $"http://{Door}:8443", .. At(areChosen, "192.168.30.2"),
            ]);
        var invitation = (await Ok(First, "mac-1", "invite")).Split('\n')[0];
        await Ok(Second, "mac-2", ["join", invitation, .. At(areChosen, "192.168.30.3")]);
    }

    private static string[] At(bool isChosen, string address) => isChosen ? ["--address", address] : [];

    private async Task<Quicpair> Mac(Site site, string name, MeteredRunner? runner)
    {
        var settings = Settings(name);
        settings["Mac__Name"] = name;
        settings["Urls"] = "http://127.0.0.1:8443";
        settings["OLLAMA_HOST"] = "http://127.0.0.1:9";
        settings["Ice__StunUrls"] = $"stun:{TurnServer.FirstStun}:{TurnServer.Port}";
        settings["TURN_URLS"] = $"turn:{TurnServer.Address}:3478";
        settings["TURN_USER"] = TurnServer.User;
        settings["TURN_PASS"] = TurnServer.Password;
        foreach (var (key, value) in runner?.Settings ?? new Dictionary<string, string?>()) settings[key] = value!;
        var daemon = Quicpair.Start(site.Host, settings, "up");
        await daemon.Line("Pair a phone", Cancellation);
        return daemon;
    }

    private ChildProcess StartDoor() => ChildProcess.Start(
        "ip", ["netns", "exec", _publicPlace.Name, "dotnet", Tree.Program("SignalingApi")],
        new Dictionary<string, string?>
        {
            ["Urls"] = "http://*:8443",
            ["FrontDoor__DataFolder"] = DoorFolder,
            ["FrontDoor__Dashboard"] = "false",
            ["Limits__Burst"] = "1000",
            ["Ice__TurnUrls__0"] = $"turn:{TurnServer.Address}:3478",
            ["Ice__TurnUser"] = TurnServer.User,
            ["Ice__TurnPassword"] = TurnServer.Password,
        });

    private async Task<string> Ok(Site site, string name, params string[] arguments)
    {
        var (exit, said) = await Quicpair.Run(site.Host, Settings(name), Cancellation, arguments);
        Assert.True(exit == 0, $"{string.Join(' ', arguments[..1])}: {exit}: {said}");
        return said;
    }
}
