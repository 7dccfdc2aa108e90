using System.Net.Sockets;
using System.Text.Json;
using QuicPair.Client;
using QuicPair.Protocol;
using QuicPair.Protocol.Messages;
using Xunit;

namespace QuicPair.EndToEnd.Crash;

/// <summary>
/// SIGKILL of the silo at moments drawn from everything that can be seen of a pairing and a chat: the n-th line of its
/// log, the n-th change of a file, the n-th step of the phone; and at the n-th change of a file while the owner renames
/// or revokes a device. CI runs a part of the first seed; QUICPAIR_SOAK=1 runs all.
/// </summary>
public sealed class KillSweepTests(ITestOutputHelper output)
{
    private const int SoakSeeds = 25;
    private const string Rename = "rename";
    private const string Revoke = "revoke";
    private const string OldName = "sweep";
    private const string NewName = "renamed";

    private static readonly Dictionary<string, string?> Talkative = new()
    {
        ["Logging__LogLevel__Default"] = "Trace",
        ["Logging__LogLevel__QuicPair"] = "Trace",
    };

    private static bool IsSoak => Environment.GetEnvironmentVariable("QUICPAIR_SOAK") == "1";

    private static int RoundsPerSeed => IsSoak ? 6 : 3;

    private static int FirstStartsPerSeed => IsSoak ? 2 : 1;

    private static int ChangesPerSeed => IsSoak ? 4 : 2;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, IsSoak ? SoakSeeds : 1)];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_silo_killed_at_any_moment_loses_no_pairing(int seed)
    {
        var random = new Random(seed);
        var phones = new List<(SweepPhone Phone, PairingLink Link)>();
        var folder = Directory.CreateTempSubdirectory("quicpair-phones-").FullName;
        var mac = await MacProcess.Start(settings: Talkative);
        try
        {
            var counts = await Round(mac, Add(phones, folder, await Link(mac)), null);
            for (var round = 0; round < RoundsPerSeed; round++)
            {
                var kind = (Footstep)(round % counts.Length);
                var moment = (kind, random.Next(1, counts[(int)kind] + 1));
                output.WriteLine($"seed {seed}, round {round}: {moment} of {counts[(int)kind]}");
                var (phone, link) = Add(phones, folder, await Link(mac));

                await Round(mac, (phone, link), moment);
                mac = await mac.KillAndRestart(Talkative);

                Assert.IsType<DoneMessage>(await phone.ComeBack(link, TestContext.Current.CancellationToken));
            }

            foreach (var (phone, link) in phones)
            {
                Assert.IsType<DoneMessage>(await phone.ComeBack(link, TestContext.Current.CancellationToken));
            }

            var devices = await mac.Ask(new { op = "devices" });
            Assert.Equal(phones.Count, devices.GetProperty("devices").GetArrayLength());
        }
        finally
        {
            await mac.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_silo_killed_while_its_owner_renames_or_revokes_a_device_keeps_what_it_answered(int seed)
    {
        var random = new Random(seed);
        var phones = new List<(SweepPhone Phone, PairingLink Link)>();
        var gone = new List<(SweepPhone Phone, PairingLink Link)>();
        var folder = Directory.CreateTempSubdirectory("quicpair-phones-").FullName;
        var mac = await MacProcess.Start(settings: Talkative);
        try
        {
            var counts = new Dictionary<string, int>();
            foreach (var op in (string[])[Rename, Revoke])
            {
                var pairing = await Paired(mac, phones, folder);
                (_, counts[op]) = await Change(mac, op, pairing.Link, null);
            }

            for (var round = 0; round < ChangesPerSeed; round++)
            {
                var op = round % 2 == 0 ? Rename : Revoke;
                var number = random.Next(1, counts[op] + 1);
                output.WriteLine($"seed {seed}, {op}: file change {number} of {counts[op]}");
                var pairing = await Paired(mac, phones, folder);

                var (answered, _) = await Change(mac, op, pairing.Link, number);
                mac = await mac.KillAndRestart(Talkative);

                if (!await IsKept(mac, op, pairing, answered)) gone.Add(pairing);
            }

            foreach (var pairing in gone) await AssertRefused(pairing);
        }
        finally
        {
            await mac.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_first_start_killed_at_any_moment_does_not_hinder_the_next(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < FirstStartsPerSeed; round++)
        {
            var home = Directory.CreateTempSubdirectory("quicpair-").FullName;
            try
            {
                var number = random.Next(1, 40);
                output.WriteLine($"seed {seed}, round {round}: file change {number}");
                await KillFirstStart(home, number);
                await using var mac = await MacProcess.Start(home);
                var phone = new SweepPhone(Directory.CreateDirectory(Path.Combine(home, "phone")).FullName);
                var link = await Link(mac);
                Assert.IsType<DoneMessage>(await phone.ComeBack(link, TestContext.Current.CancellationToken));
            }
            finally
            {
                Directory.Delete(home, recursive: true);
            }
        }
    }

    private static async Task<(SweepPhone Phone, PairingLink Link)> Paired(
        MacProcess mac, List<(SweepPhone Phone, PairingLink Link)> phones, string folder)
    {
        var (phone, link) = Add(phones, folder, await Link(mac));
        Assert.IsType<DoneMessage>(await phone.ComeBack(link, Cancellation));
        return (phone, link);
    }

    /// <summary>
    /// The owner's command, at the n-th change of a file of which the Mac dies: whether it answered, and how many
    /// changes there were.
    /// </summary>
    private static async Task<(bool Answered, int FileChanges)> Change(
        MacProcess mac, string op, PairingLink link, int? killAt)
    {
        (Footstep, int)? moment = killAt is { } number ? (Footstep.FileChange, number) : null;
        using var steps = new Footsteps(mac.Process, [mac.Home], moment, mac.Process.KillNow);
        try
        {
            var reply = await mac.Ask(new { op, device = KeySchedule.DeviceId(link.Secret), name = NewName });
            Assert.True(reply.GetProperty("ok").GetBoolean());
            while (killAt is null && steps.Seen(Footstep.FileChange) == 0)
            {
                // What watches the files tells a little later; the control socket is the clock.
                await mac.Ask(new { op = "status" });
            }

            return (true, steps.Seen(Footstep.FileChange));
        }
        catch (Exception died) when (
            killAt is not null && died is SocketException or IOException or JsonException or ArgumentNullException)
        {
            return (false, steps.Seen(Footstep.FileChange));
        }
    }

    /// <summary>Whether the device is still there after the restart; what was answered is as it was answered.</summary>
    private static async Task<bool> IsKept(
        MacProcess mac, string op, (SweepPhone Phone, PairingLink Link) pairing, bool answered)
    {
        var id = KeySchedule.DeviceId(pairing.Link.Secret);
        var devices = (await mac.Ask(new { op = "devices" })).GetProperty("devices").EnumerateArray()
            .Where(device => device.GetProperty("device").GetString() == id).ToList();
        if (devices.Count == 0)
        {
            Assert.Equal(Revoke, op);
            await AssertRefused(pairing);
            return false;
        }

        Assert.False(answered && op == Revoke, "A revoked device came back.");
        string[] names = op == Revoke ? [OldName] : answered ? [NewName] : [OldName, NewName];
        Assert.Contains(Assert.Single(devices).GetProperty("name").GetString()!, names);
        Assert.IsType<DoneMessage>(await pairing.Phone.ComeBack(pairing.Link, Cancellation));
        return true;
    }

    private static async Task AssertRefused((SweepPhone Phone, PairingLink Link) pairing)
    {
        var refusal = await Assert.ThrowsAsync<ConnectException>(
            () => pairing.Phone.ComeBack(pairing.Link, Cancellation));
        Assert.Equal(ConnectFailure.Refused, refusal.Reason);
    }

    private static async Task<int[]> Round(
        MacProcess mac, (SweepPhone Phone, PairingLink Link) pairing, (Footstep Kind, int Number)? moment)
    {
        using var killed = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        using var steps = new Footsteps(mac.Process, [mac.Home, pairing.Phone.Folder], moment, () =>
        {
            mac.Process.KillNow();
            killed.Cancel();
        });
        await pairing.Phone.Meet(pairing.Link, steps, killed.Token);
        var counts = Enum.GetValues<Footstep>().Select(steps.Seen).ToArray();
        Assert.True(moment is not null || counts.All(count => count > 0), string.Join(", ", counts));
        return counts;
    }

    private static async Task KillFirstStart(string home, int change)
    {
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var process = MacProcess.Launch(home);
        using var steps = new Footsteps(process, [home], (Footstep.FileChange, change), () =>
        {
            process.KillNow();
            ready.TrySetResult();
        });
        var started = process.Line(line => line.StartsWith("Pair a phone", StringComparison.Ordinal));
        await Task.WhenAny(started, ready.Task);
        await process.Kill();
        _ = started.ContinueWith(line => line.Exception, TaskScheduler.Default);
    }

    private static (SweepPhone Phone, PairingLink Link) Add(
        List<(SweepPhone Phone, PairingLink Link)> phones, string folder, PairingLink link)
    {
        var own = Directory.CreateDirectory(Path.Combine(folder, $"{phones.Count}")).FullName;
        phones.Add((new SweepPhone(own), link));
        return phones[^1];
    }

    private static async Task<PairingLink> Link(MacProcess mac)
    {
        Assert.True(PairingLink.TryParse(await mac.Invite(), out var link, out string problem), problem);
        return link;
    }
}
