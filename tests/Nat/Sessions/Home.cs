using System.Globalization;
using System.Text.Json;
using QuicPair.EndToEnd;
using QuicPair.Nat.Lab;
using QuicPair.Nat.Routers;

namespace QuicPair.Nat.Sessions;

/// <summary>
/// A Mac behind a port-restricted router that leads one TCP port to its front door: a real silo, and a runner that says
/// a word whenever it may.
/// </summary>
internal sealed class Home : IAsyncDisposable
{
    // Private, so that a link may be plain HTTP; in the lab it is routed like any other.
    private const string Address = "10.9.0.12";
    private const string Inside = "192.168.12.2";
    public const int Port = 8443;

    private readonly Quicpair _daemon;
    private readonly Dictionary<string, string> _settings;

    private Home(
        Namespace host, Router router, MeteredRunner runner, Quicpair daemon, Dictionary<string, string> settings)
    {
        (Host, Router, Runner) = (host, router, runner);
        (_daemon, _settings) = (daemon, settings);
    }

    public Namespace Host { get; }

    public Router Router { get; }

    public MeteredRunner Runner { get; }

    /// <param name="world">Where it stands.</param>
    /// <param name="words">Of each answer.</param>
    /// <param name="cancellation">Ends waiting for it.</param>
    /// <param name="more">Further settings of the silo.</param>
    public static async Task<Home> Start(
        World world, int words, CancellationToken cancellation, params (string Name, string Value)[] more)
    {
        var router = world.Add(Router.OnInternet(world.Internet, Address, NatKind.PortRestricted));
        var host = world.Add(Namespace.Create("mac"));
        router.AddHost(host, "eth0", "192.168.12");
        router.Forward(Port, Inside);
        var runner = host.Run(() => new MeteredRunner(words));
        var settings = new Dictionary<string, string>
        {
            ["QUICPAIR_HOME"] = Path.Combine(world.Folder, "mac"),
            ["Urls"] = string.Create(CultureInfo.InvariantCulture, $"http://*:{Port}"),
            ["FrontDoor__PublicUrl"] = string.Create(CultureInfo.InvariantCulture, $"http://{Address}:{Port}"),
            ["Ice__StunUrls"] = $"stun:{TurnServer.FirstStun}:{TurnServer.Port}",
            ["TURN_URLS"] = $"turn:{TurnServer.Address}:{TurnServer.Port}",
            ["TURN_USER"] = TurnServer.User,
            ["TURN_PASS"] = TurnServer.Password,
        };
        foreach (var (name, value) in runner.Settings) settings[name] = value!;
        foreach (var (name, value) in more) settings[name] = value;
        var daemon = Quicpair.Start(host, settings, "up");
        await daemon.Line("Pair a phone", cancellation);
        return new Home(host, router, runner, daemon, settings);
    }

    /// <summary>A link that a phone at another place can use.</summary>
    public async Task<string> Invite(CancellationToken cancellation)
    {
        var (_, invitation) = await Quicpair.Run(Host, _settings, cancellation, "pair", "--json");
        var links = JsonSerializer.Deserialize<JsonElement>(invitation).GetProperty("links");
        return links.EnumerateArray().Select(link => link.GetString()!)
            .First(link => link.Contains(Address, StringComparison.Ordinal));
    }

    /// <summary>How many phones the Mac has a session with.</summary>
    public async Task<int> Connected(CancellationToken cancellation)
    {
        var (_, said) = await Quicpair.Run(Host, _settings, cancellation, "status", "--json");
        var status = JsonSerializer.Deserialize<JsonElement>(said).GetProperty("status");
        return status.GetProperty("connected").GetInt32();
    }

    public async ValueTask DisposeAsync()
    {
        _daemon.Dispose();
        await Runner.DisposeAsync();
    }
}
