using System.Diagnostics;
using System.Globalization;
using QuicPair.Benchmarks.Path;
using QuicPair.Cluster.Tests.Processes;

namespace QuicPair.Benchmarks.Signaling;

/// <summary>
/// Authentic offers through a front door of its own to the Macs of a household, all on one machine: one after another,
/// then so many a second whatever became of those before. Each makes a peer; no peer gets a path.
/// </summary>
internal sealed class SignalingRun(int silos, int rate, int seconds)
{
    // QP/1 section 3.1: a Mac remembers 1,024 offers of a device for five minutes and takes no others; pairing took
    // some of them.
    private const int OffersPerDevice = 1000;

    // QP/1 section 4: a peer without live session is kept for 30 s, at most 8 for a Mac and 2 for a device, whose third
    // takes the place of its first. A fifth device would be turned away.
    private const int DevicesPerMacMax = 4;

    private const int SilosMax = 16;

    // Of each Mac: the runtime compiles anew what runs often, by how often it has run in that process.
    private const int WarmUp = 300;
    private const int InTurn = 500;
    private const double MedianBudget = 5;
    private const double TailBudget = 25;

    // A timer of the runtime is not finer.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    private readonly long _started = Stopwatch.GetTimestamp();

    private int DevicesPerMac => (int)Math.Ceiling((double)rate * seconds / silos / OffersPerDevice);

    /// <param name="words"><c>[silos=3] [rate=200] [seconds=20]</c>, with or without the names.</param>
    public static async Task<int> Run(string[] words)
    {
        var run = new SignalingRun(
            Given(words, 0, "silos", 3), Given(words, 1, "rate", 200), Given(words, 2, "seconds", 20));
        if (PostgresProcess.Problem is { } lacking)
        {
            await Console.Error.WriteLineAsync(lacking);
            return 2;
        }

        if (run.Problem() is { } problem)
        {
            await Console.Error.WriteLineAsync(problem);
            return 2;
        }

        await run.Run();
        return 0;
    }

    private static int Given(string[] words, int place, string name, int usual)
    {
        var named = words.FirstOrDefault(word => word.StartsWith($"{name}=", StringComparison.Ordinal));
        var text = named?[(name.Length + 1)..] ?? words.Where(word => !word.Contains('=')).ElementAtOrDefault(place);
        return text is null ? usual
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given
            : 0;
    }

    private string? Problem() =>
        silos is < 1 or > SilosMax || rate < 1 || seconds < 1
            ? $"signaling [silos=3] [rate=200] [seconds=20]: at most {SilosMax} silos, and no number is 0"
        : (double)rate * seconds / silos > DevicesPerMacMax * OffersPerDevice
            ? $"A Mac takes {DevicesPerMacMax * OffersPerDevice} offers within five minutes, {OffersPerDevice} of each "
                + $"of {DevicesPerMacMax} devices: more silos, a lower rate or fewer seconds."
        : null;

    private async Task Run()
    {
        await using var household = await MeasuredHousehold.Start(silos, Tell);
        await using var texts = new OfferTexts();
        using var poster = new OfferPoster(household.FrontDoor);
        await household.Ready(poster, texts);
        var first = await household.Pair(1);
        Tell($"{first.Count} devices are paired");
        var before = household.Memory();
        var times = new StageTimes();
        var cold = new OfferTally($"the first {WarmUp} of each Mac", times);
        await OneAfterAnother(poster, texts, first, WarmUp * silos, cold);
        Tell("warm");
        var inTurn = new OfferTally("one after another", times);
        await OneAfterAnother(poster, texts, first, InTurn, inTurn);
        Tell($"{InTurn} offers one after another");

        // Their unfinished peers would take the places of the next ones' for half a minute.
        await household.Revoke(first);
        var devices = await household.Pair(DevicesPerMac);
        Tell($"{devices.Count} other devices are paired");
        var openLoop = new OfferTally($"{rate} a second", times);
        await OpenLoop(poster, texts, devices, openLoop);
        Tell($"{rate} offers a second for {seconds} s");
        Print(times, cold, inTurn, openLoop);
        Print(before, household.Memory());
    }

    private static async Task OneAfterAnother(
        OfferPoster poster, OfferTexts texts, List<MeasuredDevice> devices, int count, OfferTally tally)
    {
        for (var number = 0; number < count; number++)
        {
            tally.Add(await poster.Post(devices[number % devices.Count].Sign(texts.Next())));
        }
    }

    private async Task OpenLoop(
        OfferPoster poster, OfferTexts texts, List<MeasuredDevice> devices, OfferTally tally)
    {
        var total = rate * seconds;
        var posted = new List<Task>(total);
        var begun = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(Tick);
        while (posted.Count < total)
        {
            var due = Math.Min(total, (int)(Stopwatch.GetElapsedTime(begun).TotalSeconds * rate) + 1);
            while (posted.Count < due)
            {
                var dueAt = begun + (long)((double)posted.Count * Stopwatch.Frequency / rate);
                posted.Add(Post(devices[posted.Count % devices.Count].Sign(texts.Next()), dueAt));
            }

            await timer.WaitForNextTickAsync();
        }

        await Task.WhenAll(posted);

        async Task Post(SignedOffer offer, long dueAt) => tally.Add(await poster.Post(offer), dueAt);
    }

    private void Print(StageTimes times, OfferTally cold, OfferTally inTurn, OfferTally openLoop)
    {
        Console.WriteLine(
            $"{silos} silos, a front door and PostgreSQL; front door: Limits:Burst and Limits:PerSecond "
            + $"{MeasuredHousehold.AddressLimit}, the other limits as they are by default; devices of each Mac: 1 one "
            + $"after another, then {DevicesPerMac}");
        times.Print("offers, milliseconds");
        cold.Print();
        inTurn.Print();
        openLoop.Print();
        if (inTurn.Answered > 0)
        {
            Judge("one after another, p50", times.Percentile(inTurn.Posted, 0.5), MedianBudget);
            Judge("one after another, p99", times.Percentile(inTurn.Posted, 0.99), TailBudget);
        }

        Console.WriteLine($"no error at {rate} a second: {Verdict(openLoop.Errors.Length == 0)}");
    }

    private static void Print(List<(string Name, double Mebibytes)> before, List<(string Name, double Mebibytes)> after)
    {
        Console.WriteLine("resident memory, MiB\n| process | before the offers | after them |\n|---|---|---|");
        foreach (var (then, now) in before.Zip(after))
        {
            Console.WriteLine($"| {then.Name} | {then.Mebibytes:F0} | {now.Mebibytes:F0} |");
        }
    }

    private static void Judge(string what, double milliseconds, double budget) => Console.WriteLine(
        $"{what}: {milliseconds:F2} ms, budget {budget:F0} ms: {Verdict(milliseconds <= budget)}");

    private static string Verdict(bool isMet) => isMet ? "met" : "not met";

    /// <summary>Progress, for who waits.</summary>
    private void Tell(string what) =>
        Console.Error.WriteLine($"{Stopwatch.GetElapsedTime(_started).TotalSeconds,4:F0} s  {what}");
}
