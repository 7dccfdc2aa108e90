using System.Runtime.Versioning;
using QuicPair.Client.Store;
using QuicPair.Protocol;

namespace QuicPair.Client.Tests;

[UnsupportedOSPlatform("windows")]
public sealed class PairingStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string PairingsFile => Path.Combine(_folder.Path, "inner", "pairings.json");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Keeps_what_it_is_given()
    {
        var store = new PairingStore(PairingsFile);
        Assert.Empty(store.Load());
        store.Save(Record("a"));
        store.Save(Record("b") with { Secret = [1], Expiry = 7, Flags = LinkFlags.OwnerMustConfirm });
        store.Save(Record("a") with { MacName = "Studio", Psk = [2], OfferKey = [3] });
        var all = new PairingStore(PairingsFile).Load();
        Assert.Equal(["a", "b"], all.Select(record => record.DeviceId));
        Assert.Equal(("Studio", true), (all[0].MacName, all[0].HasLastingKeys));
        Assert.Equal([1], all[1].Secret);
        Assert.Equal(LinkFlags.OwnerMustConfirm, all[1].Flags);
        store.Remove(record => record.DeviceId == "a");
        Assert.Equal("b", Assert.Single(store.Load()).DeviceId);
    }

    [Fact]
    public void Only_the_user_may_read_the_file()
    {
        new PairingStore(PairingsFile).Save(Record("a"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(PairingsFile));
        Assert.False(File.Exists(PairingsFile + ".new"));
    }

    [Fact]
    public void A_file_that_others_may_read_is_refused()
    {
        var store = new PairingStore(PairingsFile);
        store.Save(Record("a"));
        File.SetUnixFileMode(PairingsFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.Contains("chmod", Assert.Throws<PairingStoreException>(() => store.Load()).Message, Ordinal);
        Assert.Throws<PairingStoreException>(() => store.Save(Record("b")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"version":1}""")]
    [InlineData("""{"version":2,"pairings":[]}""")]
    [InlineData("""{"version":1,"pairings":[{"origin":"x"}]}""")]
    public void A_file_that_is_damaged_is_refused_and_never_replaced(string content)
    {
        var store = new PairingStore(PairingsFile);
        store.Save(Record("a"));
        File.WriteAllText(PairingsFile, content);
        Assert.Throws<PairingStoreException>(() => store.Load());
        Assert.Throws<PairingStoreException>(() => store.Save(Record("b")));
        Assert.Equal(content, File.ReadAllText(PairingsFile));
    }

    [Fact]
    public async Task Programs_that_write_at_once_lose_nothing()
    {
        var writers = Enumerable.Range(0, 8).Select(
            i => Task.Run(() => new PairingStore(PairingsFile).Save(Record($"{i}"))));
        await Task.WhenAll(writers);
        Assert.Equal(8, new PairingStore(PairingsFile).Load().Count);
    }

    [Fact]
    public void Shows_no_key_as_text()
    {
        var record = Record("a") with { Psk = [1, 2, 3] };
        Assert.Contains("[redacted]", record.ToString(), Ordinal);
        Assert.DoesNotContain("Psk", record.ToString(), Ordinal);
    }

    private static StringComparison Ordinal => StringComparison.Ordinal;

    private static PairingRecord Record(string device) => new()
    {
        Origin = "https://home.example",
        MacPublicKey = new byte[32],
        DeviceId = device,
        PrivateKey = new byte[32],
    };
}
