using Microsoft.Data.Sqlite;
using Npgsql;
using QuicPair.Client;
using QuicPair.Cluster.Storage;
using QuicPair.Cluster.Tests.Processes;
using QuicPair.EndToEnd;
using QuicPair.Interop.Peers;
using QuicPair.Protocol;
using QuicPair.Protocol.Messages;
using Xunit;

namespace QuicPair.Cluster.Tests.Storage;

/// <summary>
/// A real Mac with much state moves from its file to the household's database, and is killed on the way: SIGKILL while
/// rows are written, and when the database has them and the file still its name.
/// </summary>
public sealed class CarryOverKillTests(Database database) : IDisposable
{
    private const int Rows = 4000;
    private const string Halted =
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%INSERT INTO OrleansStorage%' AND datname = "
        + "current_database() AND wait_event_type = 'Lock'";

    private const string Arrived = "SELECT count(*) FROM OrleansStorage WHERE GrainTypeString = 'planted'";

    private readonly string _folder = Directory.CreateTempSubdirectory("quicpair-carry-").FullName;
    private string _database = "";

    private string Home => Path.Combine(_folder, "mac");

    private string File => Path.Combine(Home, "state.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_kill_at_any_point_of_the_way_loses_no_row_and_no_pairing()
    {
        await using var phone = await LiveBefore();
        _database = await database.Server.NewDatabase();
        var settings = new Dictionary<string, string?>
        {
            ["Cluster__ConnectionString"] = _database,
            ["Cluster__Port"] = $"{FreePort.Next()}",
        };

        // Between two rows, again and again; then the moment after all have arrived.
        PostgresSchema.Apply(_database);
        var kills = Environment.GetEnvironmentVariable("QUICPAIR_SOAK") == "1" ? 12 : 3;
        for (var kill = 1; kill <= kills; kill++)
        {
            await KillAt(kill * Rows / (kills + 1), settings);
            Assert.Equal(0, await Count(Arrived));
            Assert.True(System.IO.File.Exists(File));
        }

        await KillWhen(settings, async () => await Count(Arrived) > 0);
        Assert.Equal(Rows, await Count(Arrived));

        await using var mac = await MacProcess.Start(Home, 0, settings);
        Assert.False(System.IO.File.Exists(File));
        Assert.True(System.IO.File.Exists(File + StateCarryOver.Suffix));
        Assert.Equal(Rows, await Count(Arrived));
        var device = (await mac.Ask(new { op = "devices" })).GetProperty("devices")[0];
        Assert.Equal("Ada's phone", device.GetProperty("name").GetString());
        var pairing = phone.Pairings.Load().Single() with { Origin = mac.Address.GetLeftPart(UriPartial.Authority) };
        await using var open = await phone.Open(pairing, TestContext.Current.CancellationToken);
        Assert.IsType<DoneMessage>(await Answers.Last(open));
    }

    /// <summary>A Mac alone: a pairing, and much state in its file.</summary>
    private async Task<Phone> LiveBefore()
    {
        var phone = new Phone(new PhoneOptions
        {
            Name = "Ada's phone",
            StorePath = Path.Combine(_folder, "phone.json"),
        });
        await using (var mac = await MacProcess.Start(Home))
        {
            Assert.True(PairingLink.TryParse(await mac.Invite(), out var link, out string problem), problem);
            await using var paired = await phone.Pair(link, TestContext.Current.CancellationToken);
            Assert.IsType<DoneMessage>(await Answers.Last(paired));
            await paired.DisposeAsync();
            Signals.Terminate(mac.Process.Id);
            Assert.Equal(0, await mac.Process.Exit());
        }

        await using var file = new SqliteConnection($"Data Source={File};Pooling=false");
        await file.OpenAsync();
        await using var transaction = await file.BeginTransactionAsync();
        await using var insert = file.CreateCommand();
        insert.CommandText =
            "INSERT INTO OrleansStorage WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) "
            + "SELECT 'planted', 'planted', 'row-' || i, i, 0, randomblob(300), datetime('now'), 1 FROM n";
        insert.Parameters.AddWithValue("$1", Rows);
        Assert.Equal(Rows, await insert.ExecuteNonQueryAsync());
        await transaction.CommitAsync();
        return phone;
    }

    /// <summary>Kills when it has come to a row: another transaction holds that row's place meanwhile.</summary>
    private async Task KillAt(int row, IReadOnlyDictionary<string, string?> settings)
    {
        await using var connection = new NpgsqlConnection(_database);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var hold = new NpgsqlCommand(
            "INSERT INTO OrleansStorage (ServiceId, GrainTypeString, GrainIdExtensionString, GrainIdN0, GrainIdN1, "
            + "Version) VALUES ('planted', 'planted', $1, $2, 0, 1)",
            connection);
        hold.Parameters.Add(new() { Value = $"row-{row}" });
        hold.Parameters.Add(new() { Value = (long)row });
        await hold.ExecuteNonQueryAsync();
        await KillWhen(settings, async () => await Count(Halted) > 0);
        await transaction.RollbackAsync();
    }

    private async Task KillWhen(IReadOnlyDictionary<string, string?> settings, Func<Task<bool>> moment)
    {
        await using var mac = MacProcess.Launch(Home, 0, settings);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await moment()) await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);

        await mac.Kill();
    }

    private async Task<long> Count(string query)
    {
        await using var connection = new NpgsqlConnection(_database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(query, connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
