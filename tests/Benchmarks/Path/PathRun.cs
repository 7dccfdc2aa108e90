using System.Diagnostics;
using QuicPair.Client;
using QuicPair.Protocol.Messages;

namespace QuicPair.Benchmarks.Path;

/// <summary>
/// The whole path on one machine: a silo in a process of its own, a phone in this one, and a runner in this one too, so
/// that the runner's first token and the phone's are read from one clock. As the command of tests/Links the phone is on
/// one side of an emulated link, the silo on the other, and the runner listens beside the silo.
/// </summary>
internal static class PathRun
{
    /// <summary>What the command line calls it.</summary>
    public const string Verb = "path";

    // Ours: far from the 1,024 offers of a device that a Mac remembers, after which it refuses them for a while.
    private const int RoundsPerDevice = 50;
    private const int WarmUp = 10;

    public static async Task<int> Run(int rounds)
    {
        if (await PathLink.RunOnLeftSide([Verb, $"{rounds}"]) is { } code) return code;
        var link = PathLink.Find();
        using var fresh = link is null ? null : new FreshConnections();
        await using var runner = await MeteredRunner.Start(link?.MacNetwork);
        await using var silo = await SiloProcess.Start(runner.Address, more: link?.MacSettings);
        var samples = new StageTimes();
        for (var done = 0; done < rounds; done += RoundsPerDevice)
        {
            var store = System.IO.Path.Combine(silo.Home, $"phone-{done}.json");
            await using var phone = new Phone(new PhoneOptions
            {
                Name = "measured",
                StorePath = store,
                HttpHandler = fresh?.Handler,
            });
            await (await phone.Pair(await silo.Invite(), CancellationToken.None)).DisposeAsync();
            await Measure(phone, runner, fresh, samples, Math.Min(RoundsPerDevice, rounds - done));
        }

        if (link is null) samples.Print($"{rounds} rounds on loopback, milliseconds");
        else Print(samples, rounds, link.RoundTrip);
        return 0;
    }

    private static void Print(StageTimes samples, int rounds, TimeSpan roundTrip) => samples.Print(
        FormattableString.Invariant(
            $"{rounds} rounds over a link of {roundTrip.TotalMilliseconds} ms round trip, milliseconds"),
        roundTrip);

    private static async Task Measure(
        Phone phone, MeteredRunner runner, FreshConnections? fresh, StageTimes times, int rounds)
    {
        for (var round = -WarmUp; round < rounds; round++)
        {
            var started = Stopwatch.GetTimestamp();
            await using var mac = await phone.Open(phone.Pairings.Load().Single(), CancellationToken.None);
            var asked = Stopwatch.GetTimestamp();
            await using var words = mac.Chat(new ChatMessage { Prompt = "measure" }).GetAsyncEnumerator();
            while (await words.MoveNextAsync() && words.Current is not DeltaMessage)
            {
            }

            var (written, heard) = (runner.FirstTokenAt, Stopwatch.GetTimestamp());
            while (await words.MoveNextAsync())
            {
            }

            if (round < 0) continue;
            Add(times, mac.Timings, fresh);
            times.Add("question → runner writes its first token", Stopwatch.GetElapsedTime(asked, written));
            times.Add("first token: runner wrote it → phone has it", Stopwatch.GetElapsedTime(written, heard));
            times.Add("start → first token at the phone", Stopwatch.GetElapsedTime(started, heard));
        }
    }

    private static void Add(StageTimes times, ConnectTimings spent, FreshConnections? fresh)
    {
        times.Add("offer → answer (HTTP, gate, grain, peer)", spent.Signaling);
        if (fresh is not null) times.Add("of which TCP's handshake with the front door", fresh.LastHandshake);
        times.Add("ICE", spent.Ice);
        times.Add("DTLS", spent.Dtls);
        times.Add("SCTP and channel", spent.Sctp);
        times.Add("Noise", spent.Noise);
        times.Add("start → live session", spent.Total);
    }
}
