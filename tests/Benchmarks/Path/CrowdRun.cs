using System.Diagnostics;
using QuicPair.Client;
using QuicPair.Protocol.Messages;

namespace QuicPair.Benchmarks.Path;

/// <summary>
/// The share of the first token that is ours (the runner wrote it → the phone has it) with one device, and with many
/// that ask at once on two places; alternating, so that both meet the same machine.
/// </summary>
internal static class CrowdRun
{
    private const int Parallel = 2;
    private const int Turns = 3;

    // Enough for a p99 that is not the slowest of all.
    private const int Answers = 400;

    public static async Task<int> Run(int devices)
    {
        await using var runner = await MeteredRunner.Start();
        runner.Pace = TimeSpan.FromMilliseconds(10);
        await using var silo = await SiloProcess.Start(runner.Address, Parallel);
        var phones = new List<Phone>();
        var macs = new List<PairedMac>();
        for (var i = 0; i < devices; i++)
        {
            var store = System.IO.Path.Combine(silo.Home, $"phone-{i}.json");
            phones.Add(new Phone(new PhoneOptions { Name = $"measured {i}", StorePath = store }));
            macs.Add(await phones[i].Pair(await silo.Invite(), CancellationToken.None));
        }

        // Code is compiled by use.
        await Ask(macs, 10, runner, new StageTimes(), "");
        var times = new StageTimes();
        for (var turn = 0; turn < Turns; turn++)
        {
            await Ask([macs[0]], Answers / Turns, runner, times, "one device");
            await Ask(macs, Answers / Turns / devices, runner, times, $"{devices} devices at once");
        }

        times.Print("first token: runner wrote it → phone has it, milliseconds");
        foreach (var mac in macs) await mac.DisposeAsync();
        foreach (var phone in phones) await phone.DisposeAsync();
        return 0;
    }

    private static Task Ask(
        IReadOnlyList<PairedMac> macs, int rounds, MeteredRunner runner, StageTimes times, string name) =>
        Task.WhenAll(macs.Select(async (mac, device) =>
        {
            for (var round = 0; round < rounds; round++)
            {
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
