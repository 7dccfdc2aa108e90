using QuicPair.Cluster.Certificates;
using QuicPair.Cluster.Door;
using Xunit;

namespace QuicPair.Cluster.Tests;

public sealed class DoorLinkTests
{
    // One byte too many for the socket in it.
    private const int FolderLength = 93;

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
}
