using QuicPair.Cluster.Certificates;
using QuicPair.Cluster.Supervision;
using QuicPair.Cluster.Tests.Processes;
using QuicPair.EndToEnd;
using QuicPair.Interop.Peers;
using Xunit;
using DataFolder = QuicPair.Silo.Keys.DataFolder;

namespace QuicPair.Cluster.Tests;

/// <summary>What a front door that runs alone says when it cannot start.</summary>
public sealed class FrontDoorStartTests(Database store) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("quicpair-door-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_database_that_is_away_is_said_in_one_sentence()
    {
        using var authority = HouseholdAuthority.Create(TimeProvider.System);
        MemberCertificate.Issue(authority, ClusterIdentity.FrontDoor, Path.Combine(_folder, "household"));
        var database = $"Host=127.0.0.1;Port={FreePort.Next()};Username=nobody;Password=none;Database=none";
        var settings = new Dictionary<string, string?>
        {
            ["Cluster__ConnectionString"] = database,
            ["FrontDoor__DataFolder"] = _folder,
            ["Urls"] = "http://127.0.0.1:0",
        };
        await using var door = ChildProcess.Start("dotnet", [Tree.Program("SignalingApi")], settings);

        Assert.Equal(1, await door.Exit());
        Assert.Equal(
            "The household's database (Cluster:ConnectionString) cannot be reached or refuses.", door.Errors.Trim());
    }

    [Fact]
    public async Task That_it_was_expelled_while_it_was_away_is_said_in_one_sentence()
    {
        using var authority = HouseholdAuthority.Create(TimeProvider.System);
        MemberCertificate.Issue(authority, ClusterIdentity.FrontDoor, Path.Combine(_folder, "household"));
        var database = await store.Server.NewDatabase();
        await Assert.ThrowsAsync<ArgumentException>(
            () => Expulsions.Add(ClusterIdentity.FrontDoor, authority, database));
        await Expulsions.Write(authority.Expel(ClusterIdentity.FrontDoor), database);
        var settings = new Dictionary<string, string?>
        {
            ["Cluster__ConnectionString"] = database,
            ["FrontDoor__DataFolder"] = _folder,
            ["Urls"] = "http://127.0.0.1:0",
        };
        await using var door = ChildProcess.Start("dotnet", [Tree.Program("SignalingApi")], settings);

        Assert.Equal(1, await door.Exit());
        Assert.Equal(
            "This front door was expelled from its household, and with it every other one, as all have its name; the "
            + "household is to be made anew, with another database.",
            door.Errors.Trim());
    }

    [Fact]
    public async Task A_folder_that_a_Mac_runs_with_is_not_used()
    {
        using var mac = DataFolder.Open(_folder);
        var settings = new Dictionary<string, string?>
        {
            ["QUICPAIR_HOME"] = _folder,
            ["Urls"] = "http://127.0.0.1:0",
        };
        await using var door = ChildProcess.Start("dotnet", [Tree.Program("SignalingApi")], settings);

        Assert.Equal(1, await door.Exit());
        Assert.Equal(
            $"QuicPair already runs with the folder {_folder}; a front door that runs alone needs one of its own "
            + "(FrontDoor:DataFolder).",
            door.Errors.Trim());
    }
}
