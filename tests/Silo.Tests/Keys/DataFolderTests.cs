using QuicPair.Cluster;
using QuicPair.Silo.Keys;

namespace QuicPair.Silo.Tests.Keys;

public sealed class DataFolderTests
{
    [Fact]
    public void One_process_at_a_time()
    {
        using var temporary = new TemporaryFolder();
        using (temporary.Open())
        {
            var refusal = Assert.Throws<StartupException>(temporary.Open);
            Assert.Equal($"QuicPair already runs with the folder {temporary.Path}.", refusal.Message);
        }

        temporary.Open().Dispose();
    }

    [Fact]
    public void Who_holds_the_lock_for_a_moment_only_does_not_use_the_folder()
    {
        using var temporary = new TemporaryFolder();
        using var asks = FolderLock.TryTake(temporary.Path)!;
        using var held = FolderLock.TryTake(temporary.Path, _ => asks.Dispose());
        Assert.NotNull(held);

        var pauses = 0;
        Assert.Null(FolderLock.TryTake(temporary.Path, _ => pauses++));
        Assert.Equal(2, pauses);
    }

    [Fact]
    public void A_lock_that_cannot_be_opened_is_not_taken_for_another_process()
    {
        using var temporary = new TemporaryFolder();
        Directory.CreateDirectory(temporary.Of("lock"));

        var refusal = Assert.Throws<StartupException>(temporary.Open);

        Assert.Contains("cannot be opened", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_others_may_write_to_is_refused()
    {
        using var temporary = new TemporaryFolder();
        File.SetUnixFileMode(temporary.Path, (UnixFileMode)0b111_111_101);

        var refusal = Assert.Throws<StartupException>(temporary.Open);

        Assert.Contains("chmod 700", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_environment_says_where_it_is()
    {
        Assert.Equal("/x/y", DataFolder.Locate(name => name == "QUICPAIR_HOME" ? "/x/y" : "/z"));
        if (OperatingSystem.IsMacOS()) return;
        Assert.Equal("/z/quicpair", DataFolder.Locate(name => name == "XDG_STATE_HOME" ? "/z" : null));
        Assert.EndsWith("/.local/state/quicpair", DataFolder.Locate(_ => null), StringComparison.Ordinal);
    }
}
