using QuicPair.Cluster.Certificates;

namespace QuicPair.Silo.Tests.Household;

/// <summary>The list of expelled members beside a certificate.</summary>
public sealed class ExpelledMembersTests : IDisposable
{
    private const string Lost = "bbbbbbbbbbbbbbbb";

    private readonly string _root = Directory.CreateTempSubdirectory("quicpair-expelled-").FullName;

    private string Folder => Path.Combine(_root, "household");

    private string Next => Path.Combine(_root, "next");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Whoever_cannot_be_written_down_is_expelled_all_the_same()
    {
        // Nothing can be moved to where a folder is.
        Directory.CreateDirectory(Path.Combine(Folder, ExpelledMembers.ListFile));
        Assert.Throws<CertificateException>(() => ExpelledMembers.Add(Folder, [Lost]));
        Assert.Equal([Lost], ExpelledMembers.In(Folder));

        Directory.Delete(Path.Combine(Folder, ExpelledMembers.ListFile));
        Assert.Equal([Lost], ExpelledMembers.Add(Folder, [Lost]));
        Assert.Equal([Lost], File.ReadAllLines(Path.Combine(Folder, ExpelledMembers.ListFile)));
    }

    [Fact]
    public void Many_writers_lose_nobody()
    {
        Directory.CreateDirectory(Folder);
        var names = Enumerable.Range(0, 64).Select(n => $"{n:d16}").ToList();
        Parallel.ForEach(names, name => ExpelledMembers.Add(Folder, [name]));
        Assert.Equal(names, File.ReadAllLines(Path.Combine(Folder, ExpelledMembers.ListFile)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_list_stays_in_the_same_household_only(bool isSame)
    {
        using var authority = HouseholdAuthority.Create(TimeProvider.System);
        using var other = HouseholdAuthority.Create(TimeProvider.System);
        MemberCertificate.Issue(authority, "aaaaaaaaaaaaaaaa", Folder);
        MemberCertificate.Issue(isSame ? authority : other, "aaaaaaaaaaaaaaaa", Next);
        ExpelledMembers.Add(Folder, [Lost]);
        ExpelledMembers.Follow(Folder, Next);
        Assert.Equal(isSame ? [Lost] : Array.Empty<string>(), ExpelledMembers.In(Folder));
    }
}
