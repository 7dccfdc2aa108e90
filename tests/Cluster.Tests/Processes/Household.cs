using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using Npgsql;
using QuicPair.Client;
using QuicPair.Cluster.Certificates;
using QuicPair.Cluster.Supervision;
using QuicPair.EndToEnd;
using QuicPair.Interop.Peers;
using QuicPair.Protocol;
using QuicPair.Silo.Keys;
using Xunit;
using DataFolder = QuicPair.Silo.Keys.DataFolder;

namespace QuicPair.Cluster.Tests.Processes;

/// <summary>A household in processes of its own: PostgreSQL, a front door and Macs.</summary>
internal sealed class Household : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("quicpair-house-").FullName;
    private readonly string _database;
    private readonly ConcurrentDictionary<string, int> _ports = new();
    private readonly ConcurrentDictionary<string, Dictionary<string, string?>> _settings = new();
    private readonly PostgresProcess? _own;
    private readonly HouseholdAuthority _authority = HouseholdAuthority.Create(TimeProvider.System);

    private HouseholdTrust? _trust;
    private IReadOnlyDictionary<string, string?>? _more;
    private int _door;

    private Household(string database, PostgresProcess? own) => (_database, _own) = (database, own);

    public DoorProcess Door { get; private set; } = null!;

    public List<MacProcess> Macs { get; } = [];

    /// <summary>The id of each Mac, by its folder.</summary>
    public ConcurrentDictionary<string, string> Ids { get; } = new();

    /// <summary>Starts a household over a database of its own in a server that others use too.</summary>
    /// <param name="server">The server.</param>
    /// <param name="macs">How many Macs.</param>
    /// <param name="throughDoor">Whether the Macs know the front door's port instead of the database's address.</param>
    public static async Task<Household> Start(PostgresProcess server, int macs, bool throughDoor = false)
    {
        var household = new Household(await server.NewDatabase(), null)
        {
            _door = throughDoor ? FreePort.Next() : 0,
        };
        return await household.Opened(macs);
    }

    /// <summary>Starts a household over a PostgreSQL of its own, which the test may stop.</summary>
    /// <param name="macs">How many Macs.</param>
    /// <param name="throughDoor">Whether the Macs know the front door's port instead of the database's address.</param>
    /// <param name="more">Configuration of every member, as environment variables say it.</param>
    public static async Task<(Household Household, PostgresProcess Server)> StartWithServer(
        int macs, bool throughDoor = false, IReadOnlyDictionary<string, string?>? more = null)
    {
        var server = await PostgresProcess.Start();
        var household = new Household(server.ConnectionString, server)
        {
            _more = more,
            _door = throughDoor ? FreePort.Next() : 0,
        };
        return (await household.Opened(macs), server);
    }

    /// <summary>The settings that make a process a member.</summary>
    public Dictionary<string, string?> Settings() => new(_more ?? new Dictionary<string, string?>())
    {
        ["Cluster__ConnectionString"] = _database,
        ["Cluster__Port"] = $"{FreePort.Next()}",
    };

    /// <summary>The options of a silo in the test's process that is a member with a certificate of its own.</summary>
    public HouseholdOptions Options(string name)
    {
        MemberCertificate.Issue(_authority, name, Of($"{name}-household"));
        return new HouseholdOptions { ConnectionString = _database, Certificates = Of($"{name}-household") };
    }

    /// <summary>Gives a member's files of this household's authority.</summary>
    /// <param name="name">The name in the certificate.</param>
    /// <param name="folder">Where.</param>
    /// <param name="until">When it ends; null for its usual life.</param>
    public void Issue(string name, string folder, DateTimeOffset? until = null)
    {
        MemberCertificate.Issue(_authority, name, folder);
        if (until is not { } end) return;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var certificate = _authority.Issue(name, key.ExportSubjectPublicKeyInfo(), end.AddDays(-2), end);
        MemberCertificate.Save(folder, certificate, key.ExportPkcs8PrivateKeyPem(), _authority.Certificate);
    }

    /// <summary>Expels whoever has a silo name, as anybody can who has the authority's key.</summary>
    public Task Expel(string name) => Expulsions.Write(_authority.Expel(name), _database);

    /// <summary>The settings of a Mac that was started.</summary>
    public IReadOnlyDictionary<string, string?> SettingsOf(MacProcess mac) => _settings[mac.Home];

    /// <summary>The silo port of a Mac that was started.</summary>
    public int SiloPort(string name) => _ports[name];

    /// <summary>A file or folder of this household.</summary>
    public string Of(string name) => Path.Combine(_folder, name);

    /// <param name="name">Its folder and name; it may have lived before.</param>
    /// <param name="silo">Its silo port, or 0 for any.</param>
    /// <param name="address">Where its silo listens; null for 127.0.0.1.</param>
    /// <param name="more">Configuration of this one, as environment variables say it.</param>
    public Task<MacProcess> StartMac(
        string name, int silo = 0, string? address = null, IReadOnlyDictionary<string, string?>? more = null)
    {
        using (var folder = DataFolder.Open(Of(name)))
        {
            using var keys = KeyStore.Open(folder, TimeProvider.System);
            MemberCertificate.Issue(_authority, keys.MacId, folder.Of("household"));
            lock (_authority)
            {
                _trust ??= keys.FoundHousehold();
                if (keys.Trust is null) keys.JoinHousehold(_trust.Root, _trust.State(keys.Mac.PublicKey));
            }

            Ids[folder.Path] = keys.MacId;
        }

        var settings = Settings();
        settings["FrontDoor__PublicUrl"] = Door.Address.GetLeftPart(UriPartial.Authority);
        settings["Mac__Name"] = name;
        if (_door != 0)
        {
            // RFC 5737: nobody's address. Whoever dialled it would wait in vain.
            settings["Cluster__ConnectionString"] = $"{_database};Host=192.0.2.1";
            settings["Cluster__Door"] = $"127.0.0.1:{_door}";
        }

        if (silo != 0)
        {
            settings["Cluster__Port"] = $"{silo}";
        }

        if (address is not null)
        {
            settings["Cluster__Address"] = address;
        }

        foreach (var (key, value) in more ?? new Dictionary<string, string?>()) settings[key] = value;
        _settings[Of(name)] = settings;
        _ports[name] = int.Parse(settings["Cluster__Port"]!, CultureInfo.InvariantCulture);
        return MacProcess.Start(Of(name), 0, settings);
    }

    /// <summary>SIGKILL, then a new process over the same folder and silo port.</summary>
    public async Task Restart(int index)
    {
        var mac = Macs[index];
        await mac.Process.Kill();
        await mac.DisposeAsync();
        var name = Path.GetFileName(mac.Home);
        Macs[index] = await StartMac(name, _ports[name]);
    }

    /// <summary>SIGTERM, the end that follows, then a new process over the same folder and silo port.</summary>
    public async Task RestartInOrder(int index)
    {
        var mac = Macs[index];
        Signals.Terminate(mac.Process.Id);
        Assert.Equal(0, await mac.Process.Exit());
        await mac.DisposeAsync();
        var name = Path.GetFileName(mac.Home);
        Macs[index] = await StartMac(name, _ports[name]);
    }

    /// <summary>Waits until a Mac's owner reads that another one is in a state.</summary>
    public async Task UntilSeen(MacProcess by, MacProcess other, string state)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        var seen = "";
        for (var tick = 0; tick < 900 && seen != state; tick++)
        {
            var macs = (await by.Ask(new { op = "macs" })).GetProperty("macs").EnumerateArray();
            seen = macs.Single(mac => mac.GetProperty("mac").GetString() == Ids[other.Home])
                .GetProperty("state").GetString();
            await timer.WaitForNextTickAsync();
        }

        Assert.Equal(state, seen);
    }

    /// <summary>Changes the database behind everybody's back.</summary>
    public async Task Execute(string sql)
    {
        await using var connection = new NpgsqlConnection(_database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        Assert.NotEqual(0, await command.ExecuteNonQueryAsync());
    }

    /// <summary>Copies a data folder as a person would who moves to another machine.</summary>
    public static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        File.SetUnixFileMode(to, File.GetUnixFileMode(from));
        foreach (var folder in Directory.GetDirectories(from))
        {
            Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
        }

        foreach (var file in Directory.GetFiles(from))
        {
            if (Path.GetFileName(file) is not ("lock" or "control.sock"))
            {
                File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
            }
        }
    }

    /// <summary>Runs the command beside a Mac's daemon, with its settings.</summary>
    public async Task<(int Exit, string Output, string Errors)> Command(MacProcess mac, params string[] arguments)
    {
        var settings = new Dictionary<string, string?>(_settings[mac.Home]) { ["QUICPAIR_HOME"] = mac.Home };
        await using var command = ChildProcess.Start("dotnet", [Tree.Program("Cli"), .. arguments], settings);
        command.Input.Close();
        return (await command.Exit(), command.Output, command.Errors);
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

    /// <summary>SIGKILL of the front door, then a new process with the same settings.</summary>
    public async Task RestartDoor() => Door = await Door.KillAndRestart();

    /// <summary>Whether the Macs know the front door's port instead of the database's address.</summary>
    public bool IsThroughDoor => _door != 0;

    /// <summary>Where the front door listens for Macs.</summary>
    public IPEndPoint DoorPort => new(IPAddress.Loopback, _door);

    /// <summary>What the front door says to an offer of a device that nobody knows: 403 comes from the Mac itself,
    /// 503 from the front door. Never later than five seconds.</summary>
    public async Task<int> Knock(MacProcess mac)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        var offer = new
        {
            v = 1,
            mac = Ids[mac.Home],
            device = "abcdefghijklmnop",
            sdp = "v=0",
            ts = DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
            nonce = "AAAAAAAAAAAAAAAAAAAAAA",
            versions = new[] { 1 },
            auth = "AAAAAAAAAAAAAAAAAAAAAA",
        };
        using var response = await Door.Http.PostAsJsonAsync("/signaling/offer", offer, limit.Token);
        return (int)response.StatusCode;
    }

    /// <summary>Knocks until the front door says this; a knock that it is too slow for does not count.</summary>
    public async Task Until(MacProcess mac, int status)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        var said = 0;
        for (var tick = 0; tick < 900 && said != status; tick++)
        {
            try
            {
                said = await Knock(mac);
            }
            catch (OperationCanceledException)
            {
                said = 0;
            }

            await timer.WaitForNextTickAsync();
        }

        Assert.Equal(status, said);
    }

    /// <summary>
    /// Knocks at Macs all the time until it is told to end; how often, and what came other than 403, after how long.
    /// </summary>
    public async Task<(int Knocks, List<(int Status, TimeSpan After)> Odd)> Load(
        IEnumerable<MacProcess> macs, CancellationToken end)
    {
        var (knocks, odd) = (0, new List<(int Status, TimeSpan After)>());
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!end.IsCancellationRequested)
        {
            foreach (var said in await Task.WhenAll(macs.Select(Timed)))
            {
                knocks++;
                if (said.Status != 403)
                {
                    odd.Add(said);
                }
            }

            await timer.WaitForNextTickAsync(CancellationToken.None);
        }

        return (knocks, odd);

        async Task<(int Status, TimeSpan After)> Timed(MacProcess mac)
        {
            var start = Stopwatch.GetTimestamp();
            return (await Knock(mac), Stopwatch.GetElapsedTime(start));
        }
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

        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    // One that does not come up leaves no process behind.
    private async Task<Household> Opened(int macs)
    {
        try
        {
            await Open(macs);
            return this;
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    private async Task Open(int macs)
    {
        var settings = Settings();
        settings["FrontDoor__DataFolder"] = Of("front-door");
        if (_door != 0)
        {
            settings["Cluster__DoorListen"] = $"127.0.0.1:{_door}";
        }

        MemberCertificate.Issue(_authority, ClusterIdentity.FrontDoor, Of("front-door/household"));
        Door = await DoorProcess.Start(settings);
        Macs.AddRange(await Task.WhenAll(Enumerable.Range(1, macs).Select(n => StartMac($"mac-{n}"))));
        await Until("/readyz", HttpStatusCode.OK);
        foreach (var mac in Macs)
        {
            await Until(mac, 403);
        }
    }
}
