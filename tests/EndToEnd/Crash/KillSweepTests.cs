using QuicPair.Protocol;
using QuicPair.Protocol.Messages;
using Xunit;

namespace QuicPair.EndToEnd.Crash;

/// <summary>
/// SIGKILL of the silo at moments drawn from everything that can be seen of a pairing and a chat: the n-th line of its
/// log, the n-th change of a file, the n-th step of the phone. CI runs the first seed; QUICPAIR_SOAK=1 runs all.
/// </summary>
public sealed class KillSweepTests(ITestOutputHelper output)
{
    private const int RoundsPerSeed = 6;
    private const int FirstStartsPerSeed = 2;
    private const int SoakSeeds = 25;

    private static readonly Dictionary<string, string?> Talkative = new()
    {
        ["Logging__LogLevel__Default"] = "Trace",
        ["Logging__LogLevel__QuicPair"] = "Trace",
    };

    private static bool IsSoak => Environment.GetEnvironmentVariable("QUICPAIR_SOAK") == "1";

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, IsSoak ? SoakSeeds : 1)];

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
