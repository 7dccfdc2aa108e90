using System.Diagnostics;
using System.Text.Json;
using Npgsql;
using QuicPair.Cli;
using QuicPair.Cluster.Tests.Processes;
using QuicPair.EndToEnd;
using QuicPair.Interop.Peers;
using Xunit;
using Terminal = QuicPair.Cli.Terminal;

namespace QuicPair.Cluster.Tests;

/// <summary>The way of a second Mac into a household, with the real command on both.</summary>
public sealed class JoinTests(Database database) : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("quicpair-join-").FullName;
    private MacProcess _first = null!;
    private MacProcess _second = null!;
    private string _database = "";

    public async ValueTask InitializeAsync()
    {
        _database = await database.Server.NewDatabase();
        var starts = new[] { "first", "second" }.Select(name => MacProcess.Start(
            Path.Combine(_folder, name), 0, new Dictionary<string, string?> { ["Mac__Name"] = $"{name} Mac" }));
        var macs = await Task.WhenAll(starts);
        (_first, _second) = (macs[0], macs[1]);
    }

    public async ValueTask DisposeAsync()
    {
        await _first.DisposeAsync();
        await _second.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task One_paste_makes_a_mac_a_member_and_the_invitation_works_once()
    {
        await Create();
        var invitation = (await Ok(_first, "invite")).Split('\n')[0];
        await Ok(_second, "join", invitation, "--address", "127.0.0.1", "--port", Port);
        var macs = await Ok(_first, "macs", "--json");
        Assert.Equal(2, macs.Split("\"here\"").Length - 1);

        // Looking whether a member can be reached is nothing that its owner has to hear of.
        Assert.DoesNotContain("turned away", _first.Process.Errors, StringComparison.Ordinal);
        Assert.Contains("\"joined\"", await Audit(_first), StringComparison.Ordinal);
        Assert.Contains("\"joined\"", await Audit(_second), StringComparison.Ordinal);

        var settings = Path.Combine(_second.Home, "household", "settings.json");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(settings));
        Assert.False(File.Exists(Path.Combine(_second.Home, "household", "ca.key")));
        var (exit, _, errors) = await Run(_second, "join", invitation, "--port", Port);
        Assert.Equal(3, exit);
        Assert.Contains("first Mac", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_setting_that_cannot_be_used_is_refused_before_anything_is_stored()
    {
        string[] database = ["--database", _database];
        string[] place = ["--address", "127.0.0.1", "--port", Port];
        string[][] wrong =
        [
            [.. database, .. place, "--public-url", "household.example"],
            [.. database, .. place, "--public-url", "http://household.example"],
            [.. database, .. place, "--public-url", "https://household.example/phones"],
            [.. database, .. place, "--door", "household.example"],
            [.. database, "--address", "192.0.2.7", "--port", Port],
            [.. database, "--address", "127.0.0.1", "--port", "70000"],
            ["--database", "no connection string", .. place],
        ];
        foreach (var given in wrong)
        {
            var (exit, output, errors) = await Run(_first, ["household", "create", .. given]);
            Assert.Equal((2, ""), (exit, output));
            Assert.Single(errors.Trim().Split('\n'));
            Assert.False(Directory.Exists(Path.Combine(_first.Home, "household")));
        }

        Assert.True((await _first.Ask(new { op = "macs" })).GetProperty("ok").GetBoolean());
    }

    [Fact]
    public async Task A_database_that_is_away_is_said_before_anything_is_stored()
    {
        var (exit, output, errors) = await Run(
            _first, "household", "create", "--database", $"Host=127.0.0.1;Port={Port};Username=nobody",
            "--address", "127.0.0.1", "--port", Port);

        Assert.Equal((3, ""), (exit, output));
        Assert.Contains("database cannot be reached", errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_first.Home, "household")));
        Assert.True((await _first.Ask(new { op = "macs" })).GetProperty("ok").GetBoolean());
    }

    [Fact]
    public async Task An_address_that_nobody_chose_is_not_stored_but_found_at_each_start()
    {
        await Ok(_first, "household", "create", "--database", _database, "--port", Port);
        Assert.Equal("auto", await StoredAddress(_first));
        var invitation = (await Ok(_first, "invite")).Split('\n')[0];
        await Ok(_second, "join", invitation, "--port", Port);
        Assert.StartsWith("auto:", await StoredAddress(_second), StringComparison.Ordinal);
        var macs = await Ok(_first, "macs", "--json");
        Assert.Equal(2, macs.Split("\"here\"").Length - 1);
    }

    [Fact]
    public async Task A_restart_that_takes_long_says_so()
    {
        var errors = new StringWriter();
        var frozen = _first.Process;
        await using var heard = new HeardWriter(line =>
        {
            errors.WriteLine(line);
            if (line.StartsWith("The settings are stored", StringComparison.Ordinal)) Signals.Stop(frozen.Id);
            if (line.StartsWith("Still starting after 10 s", StringComparison.Ordinal)) Signals.Continue(frozen.Id);
        });
        var terminal = new Terminal(TextReader.Null, TextWriter.Null, heard) { HasErrorScreen = true };
        var exit = await CommandLine.Run(
            [
                "--home", _first.Home, "household", "create", "--database", _database, "--address", "127.0.0.1",
                "--port", Port,
            ],
            terminal);
        Assert.True(exit == 0, errors.ToString());
        Assert.Contains("Still starting after 5 s", errors.ToString(), StringComparison.Ordinal);
        Assert.Contains("first of its household", errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_third_mac_that_cannot_be_reached_is_named_and_nothing_is_stored()
    {
        await Create();
        await Ok(
            _second, "join", (await Ok(_first, "invite")).Split('\n')[0], "--address", "127.0.0.1", "--port", Port);
        await using var third = await MacProcess.Start(
            Path.Combine(_folder, "third"), 0, new Dictionary<string, string?> { ["Mac__Name"] = "third Mac" });
        var invitation = (await Ok(_first, "invite")).Split('\n')[0];
        var named = (await _second.Ask(new { op = "status" })).GetProperty("macId").GetString()!;
        Signals.Stop(_second.Process.Id);
        try
        {
            var watch = Stopwatch.StartNew();
            var (exit, _, errors) = await Run(third, "join", invitation, "--address", "127.0.0.1", "--port", Port);
            watch.Stop();
            Assert.Equal(3, exit);
            Assert.Contains(named, errors, StringComparison.Ordinal);
            Assert.False(Directory.Exists(Path.Combine(third.Home, "household")));
            if (EnduranceTests.IsSoak) Assert.InRange(watch.Elapsed.TotalSeconds, 0, 15);
        }
        finally
        {
            Signals.Continue(_second.Process.Id);
        }
    }

    [Fact]
    public async Task A_mac_that_cannot_be_reached_is_named_and_nothing_is_stored()
    {
        await Create();
        var invitation = (await Ok(_first, "invite")).Split('\n')[0];
        Signals.Stop(_first.Process.Id);
        try
        {
            var watch = Stopwatch.StartNew();
            var (exit, _, errors) = await Run(_second, "join", invitation, "--port", Port);
            watch.Stop();
            Assert.Equal(3, exit);
            Assert.Contains("first Mac", errors, StringComparison.Ordinal);
            if (EnduranceTests.IsSoak) Assert.InRange(watch.Elapsed.TotalSeconds, 0, 15);
            Assert.False(Directory.Exists(Path.Combine(_second.Home, "household")));
        }
        finally
        {
            Signals.Continue(_first.Process.Id);
        }
    }

    [Fact]
    public async Task A_mac_that_is_expelled_is_out_and_joins_again_with_another_key_only()
    {
        string[] place = ["--address", "127.0.0.1", "--port"];
        await Create();
        await Ok(_second, ["join", await Invitation(), .. place, Port]);
        var (first, second) = (await Id(_first), await Id(_second));
        var (exit, _, errors) = await Run(_second, "household", "expel", first);
        Assert.Equal(2, exit);
        Assert.Contains("ask its first Mac", errors, StringComparison.Ordinal);

        await Ok(_first, "household", "expel", second);
        Assert.Contains(
            $"\"event\":\"expelled\",\"device\":\"{second}\"", await Audit(_first), StringComparison.Ordinal);
        Assert.Contains("\"expelled\"", await Ok(_first, "macs", "--json"), StringComparison.Ordinal);

        // An honest program hears of it from the database, and says so, also when it is started again.
        await SaysThatItIsOut(_second.Process);
        await using (var again = MacProcess.Launch(_second.Home)) await SaysThatItIsOut(again);

        Directory.Delete(Path.Combine(_second.Home, "household"), recursive: true);
        await using var alone = await MacProcess.Start(_second.Home);
        (exit, _, errors) = await Run(alone, ["join", await Invitation(), .. place, Port]);
        Assert.Equal(4, exit);
        Assert.Contains("this Mac was expelled", errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(alone.Home, "household")));

        await using var anew = await MacProcess.Start(Path.Combine(_folder, "anew"));
        await Ok(anew, ["join", await Invitation(), .. place, Port]);
        Assert.Equal(2, (await Ok(_first, "macs", "--json")).Split("\"here\"").Length - 1);
    }

    [Fact]
    public async Task Neither_the_first_mac_nor_a_front_door_can_be_expelled_and_an_id_that_no_mac_has_is_said()
    {
        const string nobody = "aaaaaaaaaaaaaaaa";
        string[] place = ["--address", "127.0.0.1", "--port"];
        var (first, second) = (await Id(_first), await Id(_second));
        await Refuses(second, "The household was not made on this Mac");
        string[] door = ["household", "front-door", Path.Combine(_folder, "door"), "--database", _database];
        await Ok(_first, [.. door, .. place, Port]);
        await Refuses(second, "The household is not made yet");
        await Create();
        await Ok(_second, ["join", await Invitation(), .. place, Port]);

        await Refuses(first, "The household's first Mac cannot expel itself.");
        await Refuses(ClusterIdentity.FrontDoor, "Say the Mac's id");
        await Refuses(second.ToUpperInvariant(), "Say the Mac's id");
        Assert.Equal(0, await Expelled());
        Assert.DoesNotContain("\"expelled\"", await Audit(_first), StringComparison.Ordinal);

        // It may be that of a Mac that has not been here for long: it is out, and the owner is asked to look again.
        var (exit, _, errors) = await Run(_first, "household", "expel", nobody);
        Assert.Equal(0, exit);
        Assert.Contains("No Mac of that id is in the list of members", errors, StringComparison.Ordinal);
        Assert.Equal(1, await Expelled());
        Assert.Equal(2, (await Ok(_first, "macs", "--json")).Split("\"here\"").Length - 1);
    }

    [Fact]
    public async Task A_household_that_is_made_again_over_a_new_database_remembers_whom_it_expelled()
    {
        await Create();
        await Ok(_first, "household", "expel", "aaaaaaaaaaaaaaaa");
        _database = await database.Server.NewDatabase();
        await Create();
        Assert.Equal(1, await Expelled());
    }

    [Fact]
    public async Task Nobody_joins_with_a_made_up_secret()
    {
        await Create();
        var invitation = (await Ok(_first, "invite")).Split('\n')[0];
        var (exit, _, _) = await Run(_second, "join", invitation[..^8] + "AAAAAAAA", "--port", Port);
        Assert.NotEqual(0, exit);
        Assert.False(Directory.Exists(Path.Combine(_second.Home, "household")));
    }

    private static Task<string> Audit(MacProcess mac) => File.ReadAllTextAsync(Path.Combine(mac.Home, "audit.log"));

    private static async Task<string> Id(MacProcess mac) =>
        (await mac.Ask(new { op = "status" })).GetProperty("macId").GetString()!;

    private static async Task SaysThatItIsOut(ChildProcess mac)
    {
        Assert.Equal(1, await mac.Exit());
        Assert.Contains("was expelled from its household", mac.Errors, StringComparison.Ordinal);
    }

    /// <summary>The first Mac does not expel that, and says why in one sentence.</summary>
    private async Task Refuses(string name, string why)
    {
        var (exit, output, errors) = await Run(_first, "household", "expel", name);
        Assert.Equal((2, ""), (exit, output));
        Assert.Contains(why, Assert.Single(errors.Trim().Split('\n')), StringComparison.Ordinal);
    }

    /// <summary>How many the household's list of expelled members has.</summary>
    private async Task<long> Expelled()
    {
        await using var connection = new NpgsqlConnection(_database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT count(*) FROM QuicPairExpelled", connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task<string> Invitation() => (await Ok(_first, "invite")).Split('\n')[0];

    private static async Task<string?> StoredAddress(MacProcess mac)
    {
        var settings = await File.ReadAllTextAsync(Path.Combine(mac.Home, "household", "settings.json"));
        return JsonElement.Parse(settings).GetProperty("Cluster").GetProperty("Address").GetString();
    }

    private static string Port => $"{FreePort.Next()}";

    private Task<string> Create() => Ok(
        _first, "household", "create", "--database", _database, "--address", "127.0.0.1", "--port", Port);

    private static async Task<string> Ok(MacProcess mac, params string[] arguments)
    {
        var (exit, output, errors) = await Run(mac, arguments);
        Assert.True(exit == 0, $"{exit}: {errors}\n{mac.Process.Output}\n{mac.Process.Errors}");
        return output;
    }

    private static async Task<(int Exit, string Output, string Errors)> Run(MacProcess mac, params string[] arguments)
    {
        await using var command = ChildProcess.Start(
            "dotnet", [Tree.Program("Cli"), .. arguments],
            new Dictionary<string, string?> { ["QUICPAIR_HOME"] = mac.Home });
        command.Input.Close();
        var exit = await command.Exit();
        return (exit, command.Output, command.Errors);
    }
}
