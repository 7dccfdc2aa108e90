using System.Text.Json;
using QuicPair.EndToEnd;
using QuicPair.Nat.Lab;
using QuicPair.Nat.Matrix;
using QuicPair.Nat.Routers;
using QuicPair.Nat.Sessions;
using Xunit;

namespace QuicPair.Nat.Local;

/// <summary>
/// Local mode, with STUN and TURN configured and foreign addresses at hand: the kernel counts every packet of a machine
/// to an address outside the private ranges, and every DNS question wherever it goes, because a private resolver passes
/// it on; it counts none.
/// </summary>
public sealed class LocalModeTests : IDisposable
{
    private const string Counting = """
        table ip lab {
          counter foreign { }
          counter questions { }
          chain leaving {
            type filter hook output priority filter;
            udp dport 53 counter name questions
            tcp dport 53 counter name questions
            ip daddr { 127.0.0.0/8, 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 169.254.0.0/16 } accept
            counter name foreign
          }
        }
        """;

    // Nobody's address of the lab's internet.
    private const string ForeignProxy = "http://203.0.113.99:3128";

    private const int Words = 20;

    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("qplab");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _home.Delete(recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Peers_in_one_network_send_nothing_out_of_it_also_after_a_restart(bool isLocalOnly)
    {
        using var world = new World();
        var (phone, mac) = Neighbours(world);
        (string, string)[] mode = isLocalOnly ? [("LOCAL_ONLY", "1")] : [];
        await using var pairing = await Pairing.Start(world, phone, mac, Cancellation, mode);
        await pairing.Connect(gatherMs: 500);
        Assert.Equal(50, (await pairing.Stream(50, gapMs: 1)).GetProperty("received").GetInt32());
        await pairing.Restart();
        Assert.Equal(50, (await pairing.Stream(50, gapMs: 1)).GetProperty("received").GetInt32());

        // Without local mode the same run is seen to send: the counter counts.
        Assert.Equal(isLocalOnly, phone.Host.Counter("foreign") == 0);
        Assert.Equal(isLocalOnly, mac.Host.Counter("foreign") == 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_mac_in_local_mode_pairs_chats_and_restarts_and_sends_nothing_out_of_its_network(
        bool isLocalOnly)
    {
        using var world = new World();
        var (phone, mac) = Neighbours(world);
        await using var runner = mac.Host.Run(() => new MeteredRunner(Words));
        var daemonSettings = Settings("mac");
        var phoneSettings = Settings("phone");
        if (isLocalOnly)
        {
            daemonSettings["Network__LocalOnly"] = "true";
            phoneSettings["http_proxy"] = ForeignProxy;
        }

        daemonSettings["Urls"] = "http://*:8443";
        daemonSettings["Ice__StunUrls"] = $"stun:{TurnServer.FirstStun}:3478,stun:stun.example.org:3478";
        daemonSettings["TURN_URLS"] = $"turn:{TurnServer.Address}:3478,turn:turn.example.org:3478";
        daemonSettings["TURN_USER"] = TurnServer.User;
        daemonSettings["TURN_PASS"] = TurnServer.Password;
        foreach (var (name, value) in runner.Settings) daemonSettings[name] = value!;
        using var daemon = Quicpair.Start(mac.Host, daemonSettings, "up");
        await daemon.Line("Pair a phone", Cancellation);
        var (_, invitation) = await Quicpair.Run(mac.Host, daemonSettings, Cancellation, "pair", "--json");
        var links = JsonSerializer.Deserialize<JsonElement>(invitation).GetProperty("links");
        var link = links.EnumerateArray().First().GetString()!;

        using var chat = ChatRun.Start(phone.Host, phoneSettings, link);
        runner.Say(Words / 2);
        await chat.Reach(Words / 2, Cancellation);

        // One more address makes the Mac ask for a restart, which the phone begins at the front door.
        mac.Host.Ip("address add 192.168.1.33/24 dev eth0");
        await chat.Restarted(Cancellation);
        runner.Say(Words / 2 + 1);
        var stats = await chat.End(Words, Cancellation);
        Assert.Equal(1, stats.GetProperty("connections").GetInt32());

        // Without local mode both are seen to send and to ask for names: the counters count.
        foreach (var counter in new[] { "foreign", "questions" })
        {
            Assert.Equal(isLocalOnly, mac.Host.Counter(counter) == 0);
            Assert.Equal(isLocalOnly, phone.Host.Counter(counter) == 0);
        }
    }

    [Fact]
    public async Task A_runner_elsewhere_is_refused_at_the_start()
    {
        using var world = new World();
        var (_, mac) = Neighbours(world);
        var settings = Settings("mac");
        settings["Network__LocalOnly"] = "true";
        settings["OLLAMA_HOST"] = "http://models.example.org:11434";
        var (exit, said) = await Quicpair.Run(mac.Host, settings, Cancellation, "up");
        Assert.NotEqual(0, exit);
        Assert.Contains("models.example.org is no private address", said, StringComparison.Ordinal);
        Assert.Equal(0, mac.Host.Counter("foreign"));
        Assert.Equal(0, mac.Host.Counter("questions"));
    }

    private static (Site Phone, Site Mac) Neighbours(World world)
    {
        var router = world.Add(Router.OnInternet(world.Internet, "198.51.100.11", NatKind.PortRestricted));
        var phone = world.Add(Site.Behind(router, 1));
        var mac = world.Add(Site.BesideHost(phone, "192.168.1.3"));
        phone.Host.Ip("address add 198.51.100.77/32 dev eth0");
        mac.Host.Ip("address add 198.51.100.78/32 dev eth0");
        phone.Host.Nft(Counting);
        mac.Host.Nft(Counting);
        return (phone, mac);
    }

    private Dictionary<string, string> Settings(string name) => new()
    {
        ["QUICPAIR_HOME"] = Path.Combine(_home.FullName, name),
    };
}
