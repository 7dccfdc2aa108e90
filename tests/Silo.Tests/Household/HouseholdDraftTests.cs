using QuicPair.Cluster;
using QuicPair.Cluster.Certificates;
using QuicPair.Silo.Household;
using QuicPair.Silo.Tests.Keys;

namespace QuicPair.Silo.Tests.Household;

/// <summary>
/// A member that joins or founds a second time is killed, wherever it has come to; what the next start finds is all of
/// the old files or all of the new ones.
/// </summary>
public sealed class HouseholdDraftTests : IDisposable
{
    private const string Mac = "aaaaaaaaaaaaaaaa";

    private readonly TemporaryFolder _temporary = new();

    public HouseholdDraftTests()
    {
        Make(Old);
        Make(New);
    }

    private string Old => _temporary.Of("old");

    private string New => _temporary.Of("new");

    private string Folder => _temporary.Of("household");

    private string Draft => _temporary.Of("joining");

    private string Whole => _temporary.Of("joined");

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void A_kill_before_the_step_leaves_the_old_files()
    {
        var files = Directory.GetFiles(New);
        for (var written = 0; written <= files.Length; written++)
        {
            Copy(Old, Folder);
            Copy(New, HouseholdDraft.Begin(Folder), files[..written]);

            HouseholdDraft.Resume(Folder);

            AssertHas(Old);
        }
    }

    [Fact]
    public void A_kill_after_the_step_is_made_good_whatever_was_done_by_then()
    {
        var files = Directory.GetFiles(New);
        for (var moved = 0; moved < 1 << files.Length; moved++)
        {
            Copy(Old, Folder);
            Copy(New, Folder, [.. files.Where((_, at) => (moved & (1 << at)) != 0)]);
            Copy(New, Whole, [.. files.Where((_, at) => (moved & (1 << at)) == 0)]);

            HouseholdDraft.Resume(Folder);

            AssertHas(New);
        }
    }

    [Fact]
    public void The_new_files_take_the_place_of_the_old_ones_and_the_rest_stays()
    {
        Copy(Old, Folder);
        File.WriteAllText(Path.Combine(Folder, "more"), "more");
        Copy(New, HouseholdDraft.Begin(Folder));

        HouseholdDraft.Take(Folder);

        AssertHas(New);
        Assert.Equal("more", File.ReadAllText(Path.Combine(Folder, "more")));
    }

    [Fact]
    public void Who_was_expelled_from_the_old_household_is_forgotten_with_it_also_after_a_kill()
    {
        Copy(Old, Folder);
        ExpelledMembers.Add(Folder, ["bbbbbbbbbbbbbbbb"]);
        Copy(New, Whole);

        HouseholdDraft.Resume(Folder);

        Assert.Empty(ExpelledMembers.In(Folder));
    }

    [Fact]
    public void A_founder_that_joined_another_household_is_not_taken_for_the_one_that_made_it()
    {
        Copy(Old, Folder);
        var joined = Directory.GetFiles(New).Where(file => Path.GetFileName(file) != HouseholdAuthority.KeyFile);
        Copy(New, HouseholdDraft.Begin(Folder), [.. joined]);

        HouseholdDraft.Take(Folder);

        Assert.Null(HouseholdAuthority.Open(Folder, TimeProvider.System));
    }

    [Fact]
    public void Beside_a_folder_that_its_owner_chose_nothing_is_touched_whatever_its_name()
    {
        string[] theirs = [Path.Combine(Draft, "theirs"), Path.Combine(Whole, "theirs")];
        foreach (var file in theirs)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, "theirs");
        }

        Copy(New, HouseholdDraft.Begin(Folder, isOwn: false));
        HouseholdDraft.Take(Folder, isOwn: false);
        HouseholdDraft.Discard(Folder, isOwn: false);

        Assert.Equal(Directory.GetFiles(New).Length, Directory.GetFileSystemEntries(Folder).Length);
        Assert.All(theirs, file => Assert.Equal("theirs", File.ReadAllText(file)));
    }

    [Fact]
    public void A_folder_that_its_owner_chose_keeps_its_mode_and_a_new_one_is_the_owners_alone()
    {
        const UnixFileMode ownerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        const UnixFileMode readable = ownerOnly | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;
        var (there, made) = (_temporary.Of("there"), _temporary.Of("made"));
        Directory.CreateDirectory(there);
        File.SetUnixFileMode(there, readable);

        foreach (var folder in new[] { there, made })
        {
            Copy(New, HouseholdDraft.Begin(folder, isOwn: false));
            HouseholdDraft.Take(folder, isOwn: false);
        }

        Assert.Equal((readable, ownerOnly), (File.GetUnixFileMode(there), File.GetUnixFileMode(made)));
    }

    private static void Make(string folder)
    {
        using var authority = HouseholdAuthority.Create(TimeProvider.System);
        authority.Save(folder);
        MemberCertificate.Issue(authority, Mac, folder);
        HouseholdFolder.Write(folder, new HouseholdOptions { ConnectionString = folder }, "");
    }

    private static void Copy(string from, string to, string[]? files = null)
    {
        Directory.CreateDirectory(to, File.GetUnixFileMode(from));
        foreach (var file in files ?? Directory.GetFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
        }
    }

    private void AssertHas(string files)
    {
        foreach (var file in Directory.GetFiles(files))
        {
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(Folder, Path.GetFileName(file))));
        }

        using var member = MemberCertificate.Open(Folder);
        Assert.Equal(Mac, member!.Name);
        using var authority = HouseholdAuthority.Open(Folder, TimeProvider.System);
        Assert.Equal(Mac, member.NameOf(member.Encoded));
        Assert.NotNull(authority);
        Assert.False(Directory.Exists(Draft));
        Assert.False(Directory.Exists(Whole));
    }
}
