using System.Diagnostics;
using QuicPair.Client;
using QuicPair.Protocol.Messages;

namespace QuicPair.Benchmarks.Path;

/// <summary>
/// The share of the first token that is ours (the runner wrote it → the phone has it) with one device, and with many
/// that ask at once on two places; alternating, so that both meet the same machine. The phones and the runner share
/// that machine with the Mac: what they, too, wait for is measured beside.
/// </summary>
internal static class CrowdRun
{
    private const int Parallel = 2;
    private const int Turns = 3;
    private const string One = "one device";

    // Enough for a p99 that is not the slowest of all.
    private const int Answers = 400;

    /// <param name="devices">How many the crowd is.</param>
    /// <param name="rest">
    /// How long a device rests at most between its answer and its next question, one alone as well as each of many;
    /// without a rest, each question comes at the moment at which the next device's answer begins.
    /// </param>
    public static async Task<int> Run(int devices, TimeSpan rest)
    {
        await using var runner = await MeteredRunner.Start();
        runner.Pace = TimeSpan.FromMilliseconds(10);

        // An answer holds its place for 40 ms, so that the others do wait, and 800 answers take half a minute.
        runner.Tokens = 5;
        await using var silo = await SiloProcess.Start(runner.Address, Parallel);
        var started = Stopwatch.GetTimestamp();
        var phones = new List<Phone>();
        var macs = new List<PairedMac>();
        for (var i = 0; i < devices; i++)
        {
            var store = System.IO.Path.Combine(silo.Home, $"phone-{i}.json");
            phones.Add(new Phone(new PhoneOptions { Name = $"measured {i}", StorePath = store }));
            macs.Add(await phones[i].Pair(await silo.Invite(), CancellationToken.None));
        }

        Told($"{devices} devices are paired", started);

        // Code is compiled by use.
        await Ask(macs, 10, TimeSpan.Zero, runner, new StageTimes(), "");
        Told("warm", started);
        using var process = silo.Find();
        var (times, load) = (new StageTimes(), new CrowdLoad(process.Id));
        var many = $"{devices} devices at once";
        for (var turn = 0; turn < Turns; turn++)
        {
            await load.Count(One, Answers / Turns, () => Ask([macs[0]], Answers / Turns, rest, runner, times, One));
            Told($"turn {turn + 1} of {Turns}, one device", started);
            var rounds = Math.Max(1, Answers / Turns / devices);
            await load.Count(many, rounds * devices, () => Ask(macs, rounds, rest, runner, times, many));
            Told($"turn {turn + 1} of {Turns}, {many}", started);
        }

        times.Print("first token: runner wrote it → phone has it, milliseconds");
        Console.WriteLine(FormattableString.Invariant(
            $"p99 of {many}: {times.Percentile(many, 0.99) / times.Percentile(One, 0.99):F2} of one device's"));
        load.Print();
        foreach (var mac in macs) await mac.DisposeAsync();
        foreach (var phone in phones) await phone.DisposeAsync();
        return 0;
    }

    /// <summary>Progress, for who waits.</summary>
    private static void Told(string what, long started) =>
        Console.Error.WriteLine($"{Stopwatch.GetElapsedTime(started).TotalSeconds,4:F0} s  {what}");

    private static async Task Ask(
        IReadOnlyList<PairedMac> macs, int rounds, TimeSpan rest, MeteredRunner runner, StageTimes times,
        string name)
    {
        runner.OnFirstToken = () => MeasurePool(times, $"{name}: work queued in this process then → begun");
        await Task.WhenAll(macs.Select(async (mac, device) =>
        {
            for (var round = 0; round < rounds; round++)
            {
                if (rest > TimeSpan.Zero) await Task.Delay(rest * Random.Shared.NextDouble());
                var nonce = $"{device}-{round}-{name.Length}-{Guid.NewGuid():N}";
                await foreach (var message in mac.Chat(new ChatMessage { Prompt = nonce }))
                {
                    if (runner.TryTake(nonce, message, out var writtenAt))
                    {
                        var share = Stopwatch.GetElapsedTime(writtenAt);
                        lock (times) times.Add(name, share);
                    }
                }
            }
        }));
    }

    /// <summary>
    /// A token comes to its phone through this process's thread pool, twice: how long the pool takes at that moment to
    /// begin anything is the measuring side's.
    /// </summary>
    private static void MeasurePool(StageTimes times, string stage)
    {
        var queued = Stopwatch.GetTimestamp();
        ThreadPool.UnsafeQueueUserWorkItem(
            begun =>
            {
                var delay = Stopwatch.GetElapsedTime(begun);
                lock (times) times.Add(stage, delay);
            },
            queued,
            preferLocal: false);
    }
}
