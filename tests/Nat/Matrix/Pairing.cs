using System.Text.Json;
using QuicPair.Nat.Lab;
using QuicPair.Nat.Routers;

namespace QuicPair.Nat.Matrix;

/// <summary>A phone and a Mac at their sites, introduced to each other by the test.</summary>
internal sealed class Pairing : IAsyncDisposable
{
    private static readonly object Stun = new { urls = $"stun:{TurnServer.FirstStun}:{TurnServer.Port}" };

    private static readonly string[] Relays =
    [
        $"turn:{TurnServer.Address}:{TurnServer.Port}",
        $"turns:{TurnServer.Address}:{TurnServer.TlsPort}?transport=tcp",
    ];

    private static readonly object[] ForUser =
        [Stun, new { urls = Relays, username = TurnServer.User, credential = TurnServer.Password }];

    private static readonly object[] ForSecret = [Stun, new { urls = Relays, secret = TurnServer.Secret }];

    private readonly CancellationToken _cancellation;

    private Pairing(DrivenPeer phone, DrivenPeer mac, object[] servers, CancellationToken cancellation) =>
        (Phone, Mac, Servers, _cancellation) = (phone, mac, servers, cancellation);

    private object[] Servers { get; }

    /// <summary>It offers.</summary>
    public DrivenPeer Phone { get; }

    /// <summary>It answers.</summary>
    public DrivenPeer Mac { get; }

    public static Task<Pairing> Start(
        World world, Site phone, Site mac, CancellationToken cancellation, params (string, string)[] settings)
    {
        (string, string)[] environment = [("TURN_CA", world.Authority), .. settings];
        return Start(phone.Host, mac.Host, world.UsesSecret ? ForSecret : ForUser, cancellation, environment);
    }

    /// <summary>The same at any two places, with servers as a start command has them.</summary>
    public static async Task<Pairing> Start(
        Namespace phone,
        Namespace mac,
        object[] servers,
        CancellationToken cancellation,
        params (string, string)[] environment)
    {
        var phonePeer = DrivenPeer.Start(phone, cancellation, environment);
        var macPeer = DrivenPeer.Start(mac, cancellation, environment);
        return new Pairing(await phonePeer, await macPeer, servers, cancellation);
    }

    /// <summary>TURN servers with the lab's user.</summary>
    public static object ForUserAt(params string[] urls) =>
        new { urls, username = TurnServer.User, credential = TurnServer.Password };

    /// <summary>Has both ends of a pair gather, a relay among the rest, and the phone make its offer.</summary>
    public async Task<JsonElement> Offer(int number)
    {
        await Task.WhenAll(Gather(Mac, number), Gather(Phone, number));
        Phone.Tell(new { c = "start", role = "offer", gatherMs = 1 }, number);
        return await Phone.Expect("desc", _cancellation, number);
    }

    /// <summary>Has both ends of a pair begin with what they know at once, and the phone make its offer.</summary>
    public async Task<JsonElement> OfferAtOnce(int number)
    {
        Mac.Tell(new { c = "start", role = "answer", iceServers = Servers, gatherMs = 1 }, number);
        Phone.Tell(new { c = "start", role = "offer", iceServers = Servers, gatherMs = 1 }, number);
        await Mac.Expect("gathered", _cancellation, number);
        return await Phone.Expect("desc", _cancellation, number);
    }

    /// <summary>Connects a pair by its offer; the phone's news of it.</summary>
    public async Task<JsonElement> Connect(JsonElement offer, int number = 0)
    {
        Pass(offer, Mac, number);
        var answer = await Mac.Expect("desc", _cancellation, number);
        Pass(answer, Phone, number);
        try
        {
            await Mac.Expect("bopen", _cancellation, number);
            return await Phone.Expect("round", _cancellation, number);
        }
        catch (LabException problem)
        {
            throw new LabException($"{problem.Message} Phone: {Candidates(offer)} Mac: {Candidates(answer)}");
        }
    }

    /// <summary>Connects a pair; the phone's news of it.</summary>
    public async Task<JsonElement> Connect(int gatherMs = 1_500)
    {
        Mac.Tell(new { c = "start", role = "answer", iceServers = Servers, gatherMs });
        Phone.Tell(new { c = "start", role = "offer", iceServers = Servers, gatherMs });
        return await Connect(await Phone.Expect("desc", _cancellation));
    }

    /// <summary>The phone finds a new path for the same connection.</summary>
    public async Task Restart()
    {
        Phone.Tell(new { c = "restart" });
        Pass(await Phone.Expect("desc", _cancellation), Mac);
        Pass(await Mac.Expect("desc", _cancellation), Phone);
    }

    /// <summary>The Mac sends numbered messages; what the phone says of them when the last has come.</summary>
    public async Task<JsonElement> Stream(int count, double gapMs, int number = 0)
    {
        BeginStream(count, gapMs, number);
        return await EndOfStream(number);
    }

    public void BeginStream(int count, double gapMs, int number = 0) =>
        Mac.Tell(new { c = "stream", count, gapMs }, number);

    public Task<JsonElement> EndOfStream(int number = 0) => Phone.Expect("streamed", _cancellation, number);

    public async Task<JsonElement> Statistics(DrivenPeer peer, int number = 0)
    {
        peer.Tell(new { c = "stats" }, number);
        return await peer.Expect("stats", _cancellation, number);
    }

    /// <summary>The way the packets of one end take.</summary>
    public async Task<string?> Path(DrivenPeer peer, int number = 0) =>
        (await Statistics(peer, number)).GetProperty("path").GetString();

    /// <summary>Whether either end was told that its path does not answer.</summary>
    public async Task<bool> WasEverSilent()
    {
        JsonElement[] both = [await Statistics(Phone), await Statistics(Mac)];
        return both.Any(each => each.GetProperty("silences").GetInt32() > 0);
    }

    public async ValueTask DisposeAsync()
    {
        await Phone.DisposeAsync();
        await Mac.DisposeAsync();
    }

    // Machines that have been up for a while know their relay. What is silent is not waited for.
    private async Task Gather(DrivenPeer peer, int number)
    {
        for (var attempt = 0; attempt < 20; attempt++)
        {
            peer.Tell(new { c = "start", role = "answer", iceServers = Servers, gatherMs = 1_000 }, number);
            var gathered = await peer.Expect("gathered", _cancellation, number);
            if (gathered.GetProperty("relays").GetInt32() > 0) return;
        }

        throw new LabException("There is no relay.");
    }

    private static string Candidates(JsonElement description) => string.Join(
        "; ", description.GetProperty("sdp").GetString()!.Split("\r\n")
            .Where(line => line.StartsWith("a=candidate", StringComparison.Ordinal)));

    private static void Pass(JsonElement description, DrivenPeer to, int number = 0)
    {
        var (type, sdp) = (description.GetProperty("type").GetString(), description.GetProperty("sdp").GetString());
        to.Tell(new { c = "desc", type, sdp }, number);
    }
}
