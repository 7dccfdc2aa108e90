using Npgsql;
using QuicPair.Cluster.Placement;
using QuicPair.Cluster.Tests.Processes;
using QuicPair.Interop.Peers;
using Xunit;

namespace QuicPair.Cluster.Tests;

/// <summary>A silo that was killed, and that starts again under a clock that was set back meanwhile.</summary>
public sealed class ClockSetBackTests(Database database)
{
    private const string Mac = "aaaaaaaaaaaaaaaa";
    private const string Other = "bbbbbbbbbbbbbbbb";
    private const int Active = (int)SiloStatus.Active;
    private const int Joining = (int)SiloStatus.Joining;
    private const int Hour = 3600;

    [Fact]
    public async Task A_lone_member_takes_its_place_again()
    {
        var options = new HouseholdOptions
        {
            ConnectionString = await database.Server.NewDatabase(),
            Port = FreePort.Next(),
        };
        await using (var before = await Member.Start(Mac, options))
        {
            Assert.NotNull(before.Snapshot.FindActive(Mac));
        }

        // What a kill leaves, twice, at this place and at one of before; and what another member has is its own.
        var sql = options.ConnectionString;
        await Execute(sql, $"UPDATE OrleansMembershipTable SET Status = {Active}, Generation = Generation + {Hour}");
        await Execute(sql, Copy("Port + 1", "SiloName", Active));
        await Execute(sql, Copy("Port + 2", $"'{Other}'", Joining));

        await using var again = await Member.Start(Mac, options, patience: 20);

        var place = again.Snapshot.FindActive(Mac)!;
        Assert.Equal(options.Port, place.Endpoint.Port);
        var ahead = await Ask(sql, "SELECT max(Generation) FROM OrleansMembershipTable");
        Assert.True(place.Generation < ahead - (Hour / 2));
        Assert.Equal(1, await Ask(sql, $"SELECT count(*)::int FROM OrleansMembershipTable WHERE Status = {Active}"));
        Assert.Equal(Joining, await Ask(sql, $"SELECT Status FROM OrleansMembershipTable WHERE SiloName = '{Other}'"));
    }

    [Fact]
    public async Task A_front_door_takes_its_place_again_and_leaves_another_one_its_own()
    {
        var options = new HouseholdOptions
        {
            ConnectionString = await database.Server.NewDatabase(),
            Port = FreePort.Next(),
        };
        await using (var before = await Member.Start(ClusterIdentity.FrontDoor, options))
        {
            Assert.NotNull(before.Snapshot.FindActive(ClusterIdentity.FrontDoor));
        }

        // What a kill leaves here, and one that lives at another place, whose clock is right.
        var sql = options.ConnectionString;
        await Execute(sql, $"UPDATE OrleansMembershipTable SET Status = {Active}, Generation = Generation + {Hour}");
        await Execute(sql, Copy("Port + 1", "SiloName", Joining));

        await using var again = await Member.Start(ClusterIdentity.FrontDoor, options, patience: 20);

        Assert.Equal(options.Port, again.Snapshot.FindActive(ClusterIdentity.FrontDoor)!.Endpoint.Port);
        Assert.Equal(1, await Ask(sql, $"SELECT count(*)::int FROM OrleansMembershipTable WHERE Status = {Active}"));
        Assert.Equal(
            Joining, await Ask(sql, $"SELECT Status FROM OrleansMembershipTable WHERE Port = {options.Port + 1}"));
    }

    /// <summary>Another entry like the one that is there.</summary>
    private static string Copy(string port, string name, int status) =>
        $"INSERT INTO OrleansMembershipTable SELECT DeploymentId, Address, {port}, Generation, {name}, HostName, "
        + $"{status}, ProxyPort, SuspectTimes, StartTime, IAmAliveTime FROM OrleansMembershipTable "
        + "ORDER BY Port LIMIT 1";

    private static async Task<int> Ask(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (int)(await command.ExecuteScalarAsync())!;
    }

    private static async Task Execute(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        Assert.Equal(1, await command.ExecuteNonQueryAsync());
    }
}
