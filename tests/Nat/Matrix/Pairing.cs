using System.Text.Json;
using QuicPair.Nat.Lab;
using QuicPair.Nat.Routers;

namespace QuicPair.Nat.Matrix;

/// <summary>A phone and a Mac at their sites, introduced to each other by the test.</summary>
internal sealed class Pairing : IAsyncDisposable
{
    private static readonly object[] Servers =
    [
        new { urls = $"stun:{TurnServer.FirstStun}:{TurnServer.Port}" },
        new
        {
            urls = new[]
            {
                $"turn:{TurnServer.Address}:{TurnServer.Port}",
                $"turns:{TurnServer.Address}:{TurnServer.TlsPort}?transport=tcp",
            },
            username = TurnServer.User,
            credential = TurnServer.Password,
        },
    ];

    private readonly CancellationToken _cancellation;

    private Pairing(DrivenPeer phone, DrivenPeer mac, CancellationToken cancellation) =>
        (Phone, Mac, _cancellation) = (phone, mac, cancellation);

    /// <summary>It offers.</summary>
    public DrivenPeer Phone { get; }

    /// <summary>It answers.</summary>
    public DrivenPeer Mac { get; }

    public static async Task<Pairing> Start(
        World world, Site phone, Site mac, CancellationToken cancellation, params (string, string)[] settings)
    {
        (string, string)[] environment = [("TURN_CA", world.Authority), .. settings];
        var phonePeer = DrivenPeer.Start(phone.Host, cancellation, environment);
        var macPeer = DrivenPeer.Start(mac.Host, cancellation, environment);
        return new Pairing(await phonePeer, await macPeer, cancellation);
    }

    /// <summary>Connects; the phone's news of it.</summary>
    public async Task<JsonElement> Connect(int gatherMs = 1_500)
    {
        await Mac.Tell(new { c = "start", role = "answer", iceServers = Servers, gatherMs });
        await Phone.Tell(new { c = "start", role = "offer", iceServers = Servers, gatherMs });
        var offer = await Phone.Expect("desc", _cancellation);
        await Pass(offer, Mac);
        var answer = await Mac.Expect("desc", _cancellation);
        await Pass(answer, Phone);
        try
        {
            await Mac.Expect("bopen", _cancellation);
            return await Phone.Expect("round", _cancellation);
        }
        catch (Exception problem) when (problem is LabException or OperationCanceledException)
        {
            throw new LabException($"{problem.Message} Phone: {Candidates(offer)} Mac: {Candidates(answer)}");
        }
    }

    /// <summary>The phone finds a new path for the same connection.</summary>
    public async Task Restart()
    {
        await Phone.Tell(new { c = "restart" });
        await Pass(await Phone.Expect("desc", _cancellation), Mac);
        await Pass(await Mac.Expect("desc", _cancellation), Phone);
    }

    /// <summary>The Mac sends numbered messages; what the phone says of them when the last has come.</summary>
    public async Task<JsonElement> Stream(int count, double gapMs)
    {
        await BeginStream(count, gapMs);
        return await EndOfStream();
    }

    public Task BeginStream(int count, double gapMs) => Mac.Tell(new { c = "stream", count, gapMs });

    public Task<JsonElement> EndOfStream() => Phone.Expect("streamed", _cancellation);

    public async Task<JsonElement> Statistics(DrivenPeer peer)
    {
        await peer.Tell(new { c = "stats" });
        return await peer.Expect("stats", _cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await Phone.DisposeAsync();
        await Mac.DisposeAsync();
    }

    private static string Candidates(JsonElement description) => string.Join(
        "; ", description.GetProperty("sdp").GetString()!.Split("\r\n")
            .Where(line => line.StartsWith("a=candidate", StringComparison.Ordinal)));

    private static Task Pass(JsonElement description, DrivenPeer to) => to.Tell(new
    {
        c = "desc",
        type = description.GetProperty("type").GetString(),
        sdp = description.GetProperty("sdp").GetString(),
    });
}
