using Npgsql;
using QuicPair.Cluster.Certificates;
using QuicPair.Cluster.Door;
using QuicPair.Cluster.Tests.Processes;
using Xunit;

namespace QuicPair.Cluster.Tests;

public sealed class DoorLinkTests(Database database)
{
    // One byte too many for the socket in it.
    private const int FolderLength = 93;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_folder_whose_path_is_too_long_for_a_socket_is_said_in_a_sentence()
    {
        var above = Directory.CreateTempSubdirectory("quicpair-").FullName;
        try
        {
            var folder = Path.Combine(above, new string('d', FolderLength - above.Length - 1));
            using var authority = HouseholdAuthority.Create(TimeProvider.System);
            MemberCertificate.Issue(authority, "aaaaaaaaaaaaaaaa", folder);
            var options = new HouseholdOptions { Certificates = folder, Door = "127.0.0.1:1" };

            var problem = Assert.Throws<FormatException>(() => DoorLink.Open(options, TimeProvider.System));

            Assert.StartsWith("The path of the data folder is too long", problem.Message, StringComparison.Ordinal);
            Assert.False(DoorLink.Fits(folder));
            Assert.True(DoorLink.Fits(folder[..^1]));
            options.LinkFolder = above;
            await using var link = DoorLink.Open(options, TimeProvider.System);
            Assert.NotNull(link);
        }
        finally
        {
            Directory.Delete(above, recursive: true);
        }
    }

    [Fact]
    public async Task The_driver_keeps_no_connection_of_a_link_for_the_next_one()
    {
        await using var household = await Household.Start(database.Server, macs: 0, throughDoor: true);
        var options = household.Options("aaaaaaaaaaaaaaaa");
        options.ConnectionString += ";Pooling=true";
        options.Door = $"{household.DoorPort}";
        options.LinkFolder = Directory.CreateDirectory(household.Of("link")).FullName;
        for (var silo = 0; silo < 2; silo++)
        {
            await using var link = DoorLink.Open(options, TimeProvider.System);
            await using var connection = new NpgsqlConnection(options.Database());
            await connection.OpenAsync(Cancellation);
            await using var command = new NpgsqlCommand("SELECT 1", connection);
            Assert.Equal(1, (int)(await command.ExecuteScalarAsync(Cancellation))!);
        }
    }
}
