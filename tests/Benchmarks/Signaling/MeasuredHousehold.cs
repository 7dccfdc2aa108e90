using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using QuicPair.Benchmarks.Path;
using QuicPair.Client;
using QuicPair.Cluster.Tests.Processes;
using QuicPair.EndToEnd;
using QuicPair.Interop.Peers;
using QuicPair.Protocol;

namespace QuicPair.Benchmarks.Signaling;

/// <summary>
/// A household in processes of its own, made as its owner makes it: PostgreSQL, a first Mac, others that it invites, a
/// front door, and mutual TLS between all of them.
/// </summary>
internal sealed class MeasuredHousehold : IAsyncDisposable
{
    /// <summary>What the front door takes from one address: here that of all phones.</summary>
    public const int AddressLimit = 100_000;

    private const string Loopback = "127.0.0.1";
    private const string Stranger = "abcdefghijklmnop";

    private readonly string _folder = Directory.CreateTempSubdirectory("quicpair-house-").FullName;
    private readonly PostgresProcess _database;
    private readonly List<MacProcess> _macs = [];
    private readonly Dictionary<string, MacProcess> _owners = [];
    private DoorProcess? _door;

    private MeasuredHousehold(PostgresProcess database) => _database = database;

    public Uri FrontDoor => _door!.Address;

    /// <param name="macs">How many Macs.</param>
    /// <param name="tell">Hears how far it is.</param>
    public static async Task<MeasuredHousehold> Start(int macs, Action<string> tell)
    {
        var household = new MeasuredHousehold(await PostgresProcess.Start());
        try
        {
            await household.Open(macs, tell);
            return household;
        }
        catch
        {
            await household.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until every Mac itself answers through the front door.</summary>
    public async Task Ready(OfferPoster poster, OfferTexts texts)
    {
        foreach (var mac in _macs)
        {
            var id = (await Ask(mac, new { op = "status" })).GetProperty("macId").GetString()!;
            var stranger = new MeasuredDevice(id, Stranger, RandomNumberGenerator.GetBytes(KeySchedule.KeyLength));
            await Poll.Until(
                async () => (await poster.Post(stranger.Sign(texts.Next()))).Outcome == Posting.Refused,
                $"{NameOf(mac)} cannot be reached through the front door.");
        }
    }

    /// <summary>Pairs devices with every Mac; two that follow each other are of different Macs.</summary>
    public async Task<List<MeasuredDevice>> Pair(int devicesPerMac)
    {
        await using var phone = new Phone(new PhoneOptions { Name = "measured", StorePath = Of("phone.json") });
        var devices = new List<MeasuredDevice>();
        for (var device = 0; device < devicesPerMac; device++)
        {
            foreach (var mac in _macs)
            {
                if (!PairingLink.TryParse(await mac.InviteFromAway(), out var link, out string problem))
                {
                    throw new InvalidOperationException(problem);
                }

                await using var session = await phone.Pair(link, CancellationToken.None);
                var pairing = session.Pairing;
                devices.Add(new MeasuredDevice(pairing.MacId, pairing.DeviceId, pairing.OfferKey!));
                _owners[pairing.DeviceId] = mac;
            }
        }

        return devices;
    }

    /// <summary>Ends devices, and with them their peers.</summary>
    public async Task Revoke(List<MeasuredDevice> devices)
    {
        foreach (var device in devices) await Ask(_owners[device.Id], new { op = "revoke", device = device.Id });
    }

    /// <summary>The resident memory of each Mac and of the front door, in MiB.</summary>
    public List<(string Name, double Mebibytes)> Memory() =>
    [
        .. _macs.Select(mac => (NameOf(mac), Resident(mac.Process))),
        ("front door", Resident(_door!.Process)),
    ];

    public async ValueTask DisposeAsync()
    {
        foreach (var mac in _macs) await mac.DisposeAsync();
        if (_door is not null) await _door.DisposeAsync();
        await _database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task Open(int macs, Action<string> tell)
    {
        var url = $"http://{Loopback}:{FreePort.Next()}";
        tell("PostgreSQL answers");
        for (var number = 1; number <= macs; number++) await Add($"mac-{number}", url, tell);

        // What a silo leaves behind that started anew in its process would count as memory of the next one.
        for (var at = 0; at < macs; at++)
        {
            var mac = _macs[at];
            await mac.Process.Terminate();
            await mac.Process.Exit();
            await mac.DisposeAsync();
            _macs[at] = await MacProcess.Start(mac.Home, 0, Settings(NameOf(mac)));
        }

        tell("every Mac is back as a member");
        _door = await DoorProcess.Start(new Dictionary<string, string?>
        {
            ["Urls"] = url,
            ["FrontDoor__DataFolder"] = Of("front-door"),
            ["Limits__Burst"] = $"{AddressLimit}",
            ["Limits__PerSecond"] = $"{AddressLimit}",
        });
        tell("the front door listens");
    }

    /// <summary>Starts a Mac: the first one makes the household and the front door's files, others join it.</summary>
    private async Task Add(string name, string url, Action<string> tell)
    {
        var mac = await MacProcess.Start(Of(name), 0, Settings(name));
        _macs.Add(mac);
        if (_macs.Count == 1)
        {
            var database = _database.ConnectionString;
            var folder = Of("front-door/household");
            await Ask(mac, new
            {
                op = "front_door",
                folder,
                database,
                address = Loopback,
                port = FreePort.Next(),
                publicUrl = url,
            });
            await Restarted(mac, await Ask(mac, new
            {
                op = "household",
                database,
                address = Loopback,
                port = FreePort.Next(),
                publicUrl = url,
            }));
            tell($"{name} made the household");
            return;
        }

        var invitation = (await Ask(_macs[0], new { op = "invite" })).GetProperty("invitation").GetString();
        await Restarted(
            mac, await Ask(mac, new { op = "join", invitation, address = Loopback, port = FreePort.Next() }));
        tell($"{name} joined");
    }

    // STUN servers are asked for by default; a measurement on one machine needs none.
    private static Dictionary<string, string?> Settings(string name) =>
        new() { ["Mac__Name"] = name, ["Ice__StunUrls"] = "" };

    private static async Task<JsonElement> Ask(MacProcess mac, object request)
    {
        var reply = await mac.Ask(request);
        return reply.GetProperty("ok").GetBoolean()
            ? reply
            : throw new InvalidOperationException($"{NameOf(mac)}: {reply.GetProperty("message").GetString()}");
    }

    /// <summary>Waits until a silo is back that starts anew.</summary>
    /// <param name="mac">Its Mac.</param>
    /// <param name="before">What the Mac said before.</param>
    private static Task Restarted(MacProcess mac, JsonElement before)
    {
        var launch = before.GetProperty("launch").GetInt32();
        return Poll.Until(
            async () =>
            {
                try
                {
                    var reply = await mac.Ask(new { op = "macs" });
                    return reply.TryGetProperty("launch", out var now) && now.GetInt32() > launch;
                }
                catch (Exception away) when (away is SocketException or IOException or ArgumentNullException)
                {
                    // The control socket ends with the silo and comes back with the next one.
                    return false;
                }
            },
            $"The silo of {NameOf(mac)} is not back.");
    }

    private static double Resident(ChildProcess process)
    {
        using var found = Process.GetProcessById(process.Id);
        return ProcessLoad.Of(found).ResidentMebibytes;
    }

    private static string NameOf(MacProcess mac) => System.IO.Path.GetFileName(mac.Home);

    private string Of(string name) => System.IO.Path.Combine(_folder, name);
}
