using QuicPair.Cluster;
using Xunit;

namespace QuicPair.SignalingApi.Tests;

public sealed class DataFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("quicpair-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_environment_names_the_folder_itself()
    {
        Assert.Equal("/x/y", DataFolder.Locate(name => name == "QUICPAIR_HOME" ? "/x/y" : "/z"));
        Assert.Equal(
            Path.Combine(Environment.CurrentDirectory, "y"),
            DataFolder.Locate(name => name == "QUICPAIR_HOME" ? "y" : null));
    }

    [Fact]
    public void Without_it_the_folder_is_beside_a_Macs_files()
    {
        var usual = Path.Combine(StateFolder.Locate(_ => null), "front-door");
        Assert.Equal(usual, DataFolder.Locate(_ => null));
        Assert.Equal(usual, DataFolder.Locate(_ => ""));
        if (OperatingSystem.IsMacOS()) return;
        Assert.EndsWith("/.local/state/quicpair/front-door", usual, StringComparison.Ordinal);
        Assert.Equal("/z/quicpair/front-door", DataFolder.Locate(name => name == "XDG_STATE_HOME" ? "/z" : null));
        Assert.Equal(usual, DataFolder.Locate(name => name == "XDG_STATE_HOME" ? "z" : null));
    }

    [Fact]
    public void One_process_at_a_time_uses_it()
    {
        var folder = Path.Combine(_folder, "front-door");
        using (DataFolder.Lock(folder))
        {
            var refusal = Assert.Throws<DataFolderException>(() => DataFolder.Lock(folder));
            Assert.StartsWith(
                $"QuicPair already runs with the folder {folder};", StartupProblem.Sentence(refusal),
                StringComparison.Ordinal);
        }

        DataFolder.Lock(folder).Dispose();
        if (OperatingSystem.IsWindows()) return;
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
    }

    [Fact]
    public void A_folder_that_cannot_be_used_is_not_taken_for_one_in_use()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "lock"));
        var refusal = Assert.Throws<DataFolderException>(() => DataFolder.Lock(_folder));
        Assert.Contains("cannot be used", StartupProblem.Sentence(refusal), StringComparison.Ordinal);

        var file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");
        refusal = Assert.Throws<DataFolderException>(() => DataFolder.Lock(file));
        Assert.Contains("cannot be used", StartupProblem.Sentence(refusal), StringComparison.Ordinal);
    }
}
