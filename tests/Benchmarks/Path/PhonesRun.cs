using System.Diagnostics;

namespace QuicPair.Benchmarks.Path;

/// <summary>
/// Many phones on one silo: how long until all are connected again, what the silo takes for them while they are idle,
/// and what they add to our share of the first token. The silo is a process of its own; the phones and the runner are
/// in this one, so that all times are read from one clock, and share the machine with it.
/// </summary>
internal static class PhonesRun
{
    private const int WarmPhones = 20;
    private const int WarmChats = 40;
    private const int Chats = 200;
    private const int Seed = 1;
    private const string FirstToken = "first token: runner wrote it → phone has it";
    private static readonly TimeSpan IdleWindow = TimeSpan.FromSeconds(10);

    public static async Task<int> Run(int phones)
    {
        phones = Math.Max(phones, WarmPhones + 1);
        var started = Stopwatch.GetTimestamp();
        await using var runner = await MeteredRunner.Start();
        await using var silo = await SiloProcess.Start(runner.Address);
        using var process = silo.Find();
        await using var crowd = new PhoneCrowd(silo, what => Told(what, started));
        var random = new Random(Seed);

        // Code is compiled by use: what it takes is not of the phones that come.
        await crowd.Pair(WarmPhones);
        await crowd.Chat(WarmChats, random, runner, new StageTimes(), FirstToken);
        await crowd.HearAll();
        var warm = ProcessLoad.Of(process);
        Explain(phones);
        await crowd.Pair(phones);
        await crowd.HearAll();
        var paired = ProcessLoad.Of(process);
        await crowd.Disconnect();
        Told("all have said goodbye", started);

        var (again, connects) = (Stopwatch.GetTimestamp(), new StageTimes());
        await crowd.Connect(connects);
        var connected = Stopwatch.GetElapsedTime(again);
        var present = ProcessLoad.Of(process);
        Told($"all are connected again; {IdleWindow.TotalSeconds} s idle", started);
        var (idle, window) = await Idle(process);
        var rested = ProcessLoad.Of(process);
        PrintConnects(phones, connected, connects, crowd.SecondAttempts);
        PrintMemory(
            phones, warm, ("paired and connected", paired), ("connected again", present),
            ($"and idle for {IdleWindow.TotalSeconds} s", rested));
        Console.WriteLine($"Idle: {idle.TotalSeconds:F2} CPU seconds of the silo in {window.TotalSeconds:F1} s, "
            + $"{idle / window * 100:F1} % of one core; {crowd.Lost} sessions were lost.");

        await crowd.Chat(WarmChats, random, runner, new StageTimes(), FirstToken);
        var times = new StageTimes();
        await crowd.Chat(Chats, random, runner, times, FirstToken);
        Told($"{Chats} chats are answered", started);
        times.Print($"{Chats} chats one after the other, each of one of {phones} connected phones, milliseconds");
        Console.WriteLine($"p99 {times.Percentile(FirstToken, 0.99):F1} ms (budget 50)");
        return 0;
    }

    private static void Explain(int phones) => Console.WriteLine(
        $"{phones} phones on one silo; they and the runner are in one other process on the same machine.\n"
        + "Set: Limits:Burst and Limits:PerSecond 100000, because all phones have one address; links of the local "
        + "network, so that nobody waits for a STUN server.\n"
        + "As it is: one open invitation, so phones pair one by one; at most "
        + $"{PhoneCrowd.AtOnce} connections that are not live yet, so {PhoneCrowd.AtOnce} phones connect at a time.");

    private static void PrintConnects(int phones, TimeSpan all, StageTimes times, int secondAttempts)
    {
        Console.WriteLine(
            $"{phones} phones that had said goodbye were all connected again, and each was answered, after "
            + $"{all.TotalSeconds:F1} s (budget for 1,000: 20 s); {secondAttempts} attempts had to be made again.");
        times.Print($"each of them, without its wait for a place among {PhoneCrowd.AtOnce}, milliseconds");
    }

    private static void PrintMemory(int phones, ProcessLoad warm, params (string When, ProcessLoad Load)[] rows)
    {
        Console.WriteLine("the silo's process, with phones that are connected");
        Console.WriteLine("| when | phones | resident MiB | KiB for each more | threads |\n|---|---|---|---|---|");
        Console.WriteLine(
            $"| warm | {WarmPhones} | {warm.ResidentMebibytes:F1} | – | {warm.Threads} |");
        foreach (var (when, load) in rows)
        {
            var each = (load.ResidentBytes - warm.ResidentBytes) / 1024.0 / (phones - WarmPhones);
            Console.WriteLine(
                $"| {when} | {phones} | {load.ResidentMebibytes:F1} | {each:F1} | {load.Threads} |");
        }
    }

    private static async Task<(TimeSpan Processor, TimeSpan Elapsed)> Idle(Process process)
    {
        using var window = new PeriodicTimer(IdleWindow);
        var (before, started) = (ProcessLoad.Of(process), Stopwatch.GetTimestamp());
        await window.WaitForNextTickAsync();
        return (ProcessLoad.Of(process).Processor - before.Processor, Stopwatch.GetElapsedTime(started));
    }

    /// <summary>Progress, for who waits.</summary>
    private static void Told(string what, long started) =>
        Console.Error.WriteLine($"{Stopwatch.GetElapsedTime(started).TotalSeconds,4:F0} s  {what}");
}
