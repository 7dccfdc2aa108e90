using QuicPair.Cluster.Storage;
using Xunit;

namespace QuicPair.Grains.Tests.Storage;

public sealed class StateKeyFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("quicpair-").FullName;

    private string Key => Path.Combine(_folder, "state.key");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Is_made_once_and_read_afterwards()
    {
        var serializer = new SealedStateSerializer(StateKeyFile.OpenOrCreate(Key));
        var again = new SealedStateSerializer(StateKeyFile.OpenOrCreate(Key));
        Assert.Equal("x", again.Deserialize<string>(serializer.Serialize("x")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Key));
    }

    [Fact]
    public void Is_refused_and_kept_when_others_can_read_it()
    {
        StateKeyFile.OpenOrCreate(Key);
        var before = File.ReadAllBytes(Key);
        File.SetUnixFileMode(Key, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.Throws<SealedStateException>(() => StateKeyFile.OpenOrCreate(Key));
        Assert.Equal(before, File.ReadAllBytes(Key));
    }

    [Fact]
    public void Is_refused_and_kept_when_it_is_cut()
    {
        StateKeyFile.OpenOrCreate(Key);
        File.WriteAllBytes(Key, new byte[7]);
        Assert.Throws<SealedStateException>(() => StateKeyFile.OpenOrCreate(Key));
        Assert.Equal(7, new FileInfo(Key).Length);
    }
}
