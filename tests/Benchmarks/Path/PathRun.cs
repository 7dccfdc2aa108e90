using System.Diagnostics;
using QuicPair.Client;
using QuicPair.Protocol.Messages;

namespace QuicPair.Benchmarks.Path;

/// <summary>
/// The whole path on one machine: a silo in a process of its own, a phone in this one, and a runner in this one too, so
/// that the runner's first token and the phone's are read from one clock.
/// </summary>
internal static class PathRun
{
    // Ours: far from the 1,024 offers of a device that a Mac remembers, after which it refuses them for a while.
    private const int RoundsPerDevice = 50;
    private const int WarmUp = 10;

    public static async Task<int> Run(int rounds)
    {
        await using var runner = await MeteredRunner.Start();
        await using var silo = await SiloProcess.Start(runner.Address);
        var samples = new StageTimes();
        for (var done = 0; done < rounds; done += RoundsPerDevice)
        {
            var store = System.IO.Path.Combine(silo.Home, $"phone-{done}.json");
            await using var phone = new Phone(new PhoneOptions { Name = "measured", StorePath = store });
            await (await phone.Pair(await silo.Invite(), CancellationToken.None)).DisposeAsync();
            await Measure(phone, runner, samples, Math.Min(RoundsPerDevice, rounds - done));
        }

        samples.Print($"{rounds} rounds on loopback, milliseconds");
        return 0;
    }

    private static async Task Measure(Phone phone, MeteredRunner runner, StageTimes times, int rounds)
    {
        for (var round = -WarmUp; round < rounds; round++)
        {
            await using var mac = await phone.Open(phone.Pairings.Load().Single(), CancellationToken.None);
            await using var words = mac.Chat(new ChatMessage { Prompt = "measure" }).GetAsyncEnumerator();
            while (await words.MoveNextAsync() && words.Current is not DeltaMessage)
            {
            }

            var share = Stopwatch.GetElapsedTime(runner.FirstTokenAt);
            while (await words.MoveNextAsync())
            {
            }

            if (round >= 0)
            {
                times.Add("offer → answer (HTTP, gate, grain, peer)", mac.Timings.Signaling);
                times.Add("ICE", mac.Timings.Ice);
                times.Add("DTLS", mac.Timings.Dtls);
                times.Add("SCTP and channel", mac.Timings.Sctp);
                times.Add("Noise", mac.Timings.Noise);
                times.Add("start → live session", mac.Timings.Total);
                times.Add("first token: runner wrote it → phone has it", share);
            }
        }
    }
}
