using System.Net;
using QuicPair.Client;
using QuicPair.EndToEnd;
using QuicPair.Protocol;

namespace QuicPair.Cluster.Tests.Processes;

/// <summary>A household in processes of its own: PostgreSQL, a front door and Macs.</summary>
internal sealed class Household : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("quicpair-house-").FullName;
    private readonly string _database;
    private readonly PostgresProcess? _own;

    private Household(string database, PostgresProcess? own) => (_database, _own) = (database, own);

    public DoorProcess Door { get; private set; } = null!;

    public List<MacProcess> Macs { get; } = [];

    /// <summary>Starts a household over a database of its own in a server that others use too.</summary>
    public static async Task<Household> Start(PostgresProcess server, int macs)
    {
        var household = new Household(await server.NewDatabase(), null);
        await household.Open(macs);
        return household;
    }

    /// <summary>The settings that make a process a member.</summary>
    public Dictionary<string, string?> Settings() => new()
    {
        ["Cluster__ConnectionString"] = _database,
        ["Cluster__Port"] = $"{PostgresProcess.FreePort()}",
    };

    /// <summary>A file or folder of this household.</summary>
    public string Of(string name) => Path.Combine(_folder, name);

    public Task<MacProcess> StartMac(string name)
    {
        var settings = Settings();
        settings["FrontDoor__PublicUrl"] = Door.Address.GetLeftPart(UriPartial.Authority);
        settings["Mac__Name"] = name;
        return MacProcess.Start(Of(name), 0, settings);
    }

    /// <summary>Pairs a phone through the shared front door and leaves it unconnected.</summary>
    public async Task<Phone> Pair(MacProcess mac, string name)
    {
        var text = await mac.InviteFromAway();
        if (!PairingLink.TryParse(text, out var link, out string problem))
        {
            throw new InvalidOperationException(problem);
        }

        var phone = new Phone(new PhoneOptions { Name = name, StorePath = Of($"{name}.json") });
        await using var paired = await phone.Pair(link, CancellationToken.None);
        return phone;
    }

    /// <summary>Waits until a path of the front door gives a status.</summary>
    public async Task Until(string path, HttpStatusCode status)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        for (var tick = 0; tick < 600; tick++)
        {
            using var response = await Door.Http.GetAsync(path);
            if (response.StatusCode == status)
            {
                return;
            }

            await timer.WaitForNextTickAsync();
        }

        throw new TimeoutException($"{path} never gave {status}.");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var mac in Macs)
        {
            await mac.DisposeAsync();
        }

        if (Door is not null)
        {
            await Door.DisposeAsync();
        }

        if (_own is not null)
        {
            await _own.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task Open(int macs)
    {
        var settings = Settings();
        settings["FrontDoor__DataFolder"] = Of("front-door");
        Door = await DoorProcess.Start(settings);
        Macs.AddRange(await Task.WhenAll(Enumerable.Range(1, macs).Select(n => StartMac($"mac-{n}"))));
        await Until("/readyz", HttpStatusCode.OK);
    }
}
