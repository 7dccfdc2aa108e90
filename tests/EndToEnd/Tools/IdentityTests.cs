using QuicPair.Interop.Peers;
using QuicPair.Protocol;
using Xunit;

namespace QuicPair.EndToEnd.Tools;

/// <summary><c>quicpair identity export|import</c> with real Macs, and the phones that were paired before.</summary>
public sealed class IdentityTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly string[] Keys = ["keys", "keys.seal"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("quicpair-");
    private readonly string _phrase;

    public IdentityTests() => _phrase = Written("phrase", "right horse battery\n");

    /// <summary>What is exported.</summary>
    private string Sealed => Path.Combine(_folder.FullName, "sealed");

    /// <summary>The data folder that the Mac moves to.</summary>
    private string There => Path.Combine(_folder.FullName, "there");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_Mac_that_moved_is_the_same_Mac_to_the_phones_that_it_had()
    {
        using var phone = new PhoneCommand();
        var (before, port) = await PairExportAndStop(phone);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(Sealed));

        Assert.Equal((0, "", ""), await Import(There));
        Assert.All(Keys, name => Assert.Equal(OwnerOnly, File.GetUnixFileMode(Path.Combine(There, name))));
        await using var moved = await MacProcess.Start(There, port);

        Assert.Equal(before, await Known.Of(moved));
        var (exit, output, errors) = await phone.Run("chat", "Are you still there?");
        Assert.Equal((0, true, ""), (exit, output.Length > 0, errors));
        using var other = new PhoneCommand();
        Assert.Equal(0, (await other.Run("chat", await moved.Invite(), "Hello")).Exit);
        Assert.Equal(2, (await moved.Ask(new { op = "devices" })).GetProperty("devices").GetArrayLength());
        Assert.Empty(moved.Process.Complaints);
    }

    [Fact]
    public async Task A_wrong_passphrase_writes_nothing_and_a_phones_own_identity_is_kept()
    {
        using var phone = new PhoneCommand();
        await PairExportAndStop(phone);
        var pairings = File.ReadAllBytes(phone.Store);

        var refused = await Import(There, Written("wrong", "wrong horse battery\n"));

        Assert.Equal((1, "", "The passphrase is wrong, or this is not a sealed identity."), refused);
        Assert.Equal(["lock"], Directory.EnumerateFileSystemEntries(There).Select(Path.GetFileName));
        var home = Path.GetDirectoryName(phone.Store)!;
        Assert.Equal((2, "", Occupied(home)), await Import(home));
        Assert.Equal(pairings, File.ReadAllBytes(phone.Store));
        Assert.All(Keys, name => Assert.False(File.Exists(Path.Combine(home, name))));
        Assert.Equal((0, "", ""), await Import(There));
    }

    [Fact]
    public async Task Another_Mac_gives_its_place_only_when_told_and_a_phone_finds_it_there_by_a_new_link()
    {
        using var phone = new PhoneCommand();
        var (before, _) = await PairExportAndStop(phone);
        await using (var another = await MacProcess.Start(There))
        {
            Assert.NotEqual(before.Key, (await Known.Of(another)).Key);
            var running = await Import(There, _phrase, "--replace");
            Assert.Equal((1, "", $"QuicPair already runs with the folder {There}."), running);
            await Stop(another);
        }

        var keys = Keys.Select(name => File.ReadAllBytes(Path.Combine(There, name))).ToList();
        Assert.Equal((2, "", Occupied(There)), await Import(There));
        Assert.Equal(keys, Keys.Select(name => File.ReadAllBytes(Path.Combine(There, name))));
        Assert.Equal((0, "", ""), await Import(There, _phrase, "--replace"));

        await using var moved = await MacProcess.Start(There);
        Assert.Equal(before, await Known.Of(moved));

        // The pairing is good, but the phone knows no other address than the one of its link.
        var (exit, output, errors) = await phone.Run("chat", "Where are you?");
        Assert.Equal((3, ""), (exit, output));
        Assert.Single(errors.Trim().Split('\n'));
        Assert.Equal(0, (await phone.Run("chat", await moved.Invite(), "Hello")).Exit);
        Assert.Equal(0, (await phone.Run("chat", "Hello again")).Exit);
        Assert.Empty(moved.Process.Complaints);
    }

    /// <summary>Pairs a phone with a new Mac, exports the Mac while it runs, and ends it; its folder is gone.</summary>
    private async Task<(Known Mac, int Port)> PairExportAndStop(PhoneCommand phone)
    {
        await using var mac = await MacProcess.Start(port: FreePort.Next());
        Assert.Equal(0, (await phone.Run("chat", await mac.Invite(), "Hello")).Exit);
        var devices = (await mac.Ask(new { op = "devices" })).GetProperty("devices");
        var device = devices[0].GetProperty("device").GetString();
        Assert.True((await mac.Ask(new { op = "set", device, role = "owner" })).GetProperty("ok").GetBoolean());
        var known = await Known.Of(mac);
        Assert.Equal((0, "", ""), await Run("export", mac.Home, _phrase));
        await Stop(mac);
        return (known, mac.Address.Port);
    }

    private static async Task Stop(MacProcess mac)
    {
        await mac.Process.Terminate();
        Assert.Equal(0, await mac.Process.Exit());
    }

    private Task<(int Exit, string Output, string Errors)> Import(
        string home, string? phrase = null, params string[] more) => Run("import", home, phrase ?? _phrase, more);

    private async Task<(int Exit, string Output, string Errors)> Run(
        string command, string home, string phrase, params string[] more)
    {
        using var owner = new PhoneCommand();
        var (exit, output, errors) = await owner.Run(
            ["identity", command, Sealed, "--passphrase-file", phrase, "--home", home, .. more]);
        return (exit, output, errors.TrimEnd());
    }

    private string Written(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static string Occupied(string home) =>
        $"There is an identity in {home} already; --replace would replace it for good.";

    /// <summary>Who a Mac is.</summary>
    /// <param name="MacId">Its id.</param>
    /// <param name="Key">Its static public key, by which phones know it.</param>
    /// <param name="Devices">Its paired devices, one a line.</param>
    private sealed record Known(string MacId, string Key, string Devices)
    {
        private static readonly string[] Fields = ["device", "name", "since", "role"];

        public static async Task<Known> Of(MacProcess mac)
        {
            var macId = (await mac.Ask(new { op = "status" })).GetProperty("macId").GetString()!;
            Assert.True(PairingLink.TryParse(await mac.Invite(), out var link, out string problem), problem);
            var devices = (await mac.Ask(new { op = "devices" })).GetProperty("devices").EnumerateArray().Select(
                device => string.Join(' ', Fields.Select(field => device.GetProperty(field).GetRawText())));
            return new Known(macId, Convert.ToHexString(link.MacPublicKey), string.Join('\n', devices));
        }
    }
}
