using QuicPair.Cluster.Certificates;
using QuicPair.EndToEnd;
using QuicPair.Interop.Peers;
using Xunit;

namespace QuicPair.Cluster.Tests;

/// <summary>What a front door that runs alone says when it cannot start.</summary>
public sealed class FrontDoorStartTests : IDisposable
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
}
