using System.Text.Json;
using Xunit;

namespace QuicPair.EndToEnd.Breaking;

/// <summary>
/// A Mac whose data folder can take no more: what cannot be kept is said, what was kept stays, and it goes on by itself
/// once there is room. The disk is a tmpfs in a mount namespace of the Mac's own; where that needs more rights than the
/// tests have, a folder in the place of the key file's next version makes writing fail instead.
/// </summary>
public sealed class FullDiskTests(ITestOutputHelper output)
{
    private static readonly Dictionary<string, string?> SmallDisk = new() { [MacProcess.OwnDisk] = "8m" };
    private static readonly Dictionary<string, string?> SharedDisk = [];

    [Fact]
    public async Task On_a_full_disk_nobody_is_paired_and_nothing_is_lost()
    {
        await using var mac = await MacProcess.Start(settings: await HasNamespaces() ? SmallDisk : SharedDisk);
        var space = new DiskSpace(mac);
        using var paired = new PhoneCommand();
        using var late = new PhoneCommand();
        Assert.Equal(0, (await paired.Run("chat", await mac.Invite(), "Hello")).Exit);
        var link = await mac.Invite();

        space.Take();
        var refused = await mac.Ask(new { op = "pair" });
        var (exit, _, sentence) = await late.Run("chat", link, "Hello");
        var goesOn = await paired.Run("chat", "Hello");

        Assert.Equal("storage", refused.GetProperty("code").GetString());
        Assert.Contains("is the disk of the data folder full?", refused.GetProperty("message").GetString());
        Assert.Equal((1, "The pairing was not completed; try the same link again."), (exit, LastLine(sentence)));
        Assert.Equal((0, ""), (goesOn.Exit, goesOn.Errors));
        Assert.Equal(1, Devices(await mac.Ask(new { op = "devices" })));
        await AssertStarts(mac, paired);

        space.GiveBack();
        Assert.Equal(0, (await late.Run("chat", link, "Hello")).Exit);
        Assert.Equal(2, Devices(await mac.Ask(new { op = "devices" })));
    }

    /// <summary>What is on the disk now is what a new process can start from.</summary>
    private static async Task AssertStarts(MacProcess mac, PhoneCommand paired)
    {
        var copy = Directory.CreateTempSubdirectory("quicpair-").FullName;
        try
        {
            await mac.Process.Freeze();
            foreach (var name in (string[])["keys", "keys.seal", "state.key", "state.db", "state.db-wal"])
            {
                var file = Path.Combine(mac.Home, name);
                if (File.Exists(file))
                {
                    File.Copy(file, Path.Combine(copy, name));
                }
            }

            await mac.Process.Thaw();
            await using var twin = await MacProcess.Start(copy);
            Assert.Equal(1, Devices(await twin.Ask(new { op = "devices" })));
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }

        Assert.Equal(0, (await paired.Run("chat", "Hello")).Exit);
    }

    private async Task<bool> HasNamespaces()
    {
        await using var probe = ChildProcess.Start("sh", ["-c", "unshare -m mount -t tmpfs tmpfs /mnt"]);
        var can = await probe.Exit() == 0;
        output.WriteLine(can
            ? "The data folder is a tmpfs that is really full."
            : $"A mount namespace needs root; the key file's place is blocked instead. {probe.Errors}");
        return can;
    }

    private static int Devices(JsonElement reply) => reply.GetProperty("devices").GetArrayLength();

    private static string LastLine(string text) => text.Trim().Split('\n')[^1];
}
