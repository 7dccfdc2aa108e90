using System.Diagnostics;
using System.Globalization;
using QuicPair.Benchmarks.Path;
using QuicPair.Client;
using QuicPair.Client.Store;
using QuicPair.Cluster.Tests.Processes;
using QuicPair.Interop.Peers;

namespace QuicPair.Benchmarks.Devices;

/// <summary>
/// What more devices cost a Mac: rows, bytes, memory, its start, the first offer of a device that has not come since,
/// one more pairing, the owner's list, the operator's page. The Mac is a process of its own.
/// </summary>
internal static class DevicesRun
{
    private const string Postgres = "postgres";
    private const int DevicesMin = 2;
    private const int DevicesMax = 100_000;

    // What a process runs often is compiled anew, in stages, after some dozens of times.
    private const int WarmUp = 200;
    private const int Offers = 40;
    private const int Pairings = 5;
    private const int PairingsToWarm = 2;
    private const int Looks = 5;
    private const int Seed = 1;

    private const string FirstOffer = "first offer of a device → answer";
    private const string NextOffer = "its next one → answer";
    private const string OnePairing = "one more pairing, invitation → paired";
    private const string OwnersList = "devices list";
    private const string OperatorsPage = "GET /api/macs";

    private static readonly int[] Usual = [10, 100, 1000, 10_000];

    // A report counts as the present for a second: who asks meanwhile gets the one that is there.
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1.5);

    /// <param name="words"><c>[postgres] [devices…]</c>.</param>
    public static async Task<int> Run(string[] words)
    {
        var overPostgres = words.Any(word => word == Postgres);
        int[] sizes = [.. words.Where(word => word != Postgres).Select(Read)];
        if (sizes.Any(size => size is < DevicesMin or > DevicesMax))
        {
            await Console.Error.WriteLineAsync($"devices [postgres] [numbers from {DevicesMin} to {DevicesMax}]");
            return 2;
        }

        if (overPostgres && PostgresProcess.Problem is { } lacking)
        {
            await Console.Error.WriteLineAsync(lacking);
            return 2;
        }

        var started = Stopwatch.GetTimestamp();
        var growths = new List<Growth>();
        foreach (var size in sizes.Length == 0 ? Usual : sizes)
        {
            growths.Add(await Measure(size, overPostgres, started));
        }

        Explain(overPostgres);
        Print(growths);
        foreach (var growth in growths) growth.Times.Print($"{growth.Devices} devices, milliseconds");
        return 0;
    }

    private static int Read(string word) =>
        int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : 0;

    private static async Task<Growth> Measure(int size, bool overPostgres, long started)
    {
        using var stock = await DeviceStock.Make(size);
        Told($"{size} devices are made", started);
        var (rows, bytes) = (stock.Rows(), stock.StateBytes);
        await using var server = overPostgres ? await PostgresProcess.Start() : null;
        var settings = Settings(server);
        TimeSpan first;
        await using (var mac = await StockedMac.Start(stock.Home, settings))
        {
            first = mac.StartTime;
            await mac.Stop();
        }

        if (server is not null)
        {
            rows = await server.Ask<long>("SELECT count(*) FROM OrleansStorage");
            bytes = await server.Ask<long>("SELECT pg_total_relation_size('OrleansStorage')");
        }

        var growth = new Growth(size, new StageTimes())
        {
            Rows = rows,
            StateBytes = bytes,
            KeyFileBytes = stock.KeyFileBytes,
            FirstStart = first,
        };
        await using var measured = await StockedMac.Start(stock.Home, settings);
        growth = growth with { Start = measured.StartTime, ResidentMebibytes = measured.ResidentMebibytes };
        Told($"{size} devices: the Mac runs", started);
        return await Ask(growth, stock, measured, started);
    }

    private static Dictionary<string, string?> Settings(PostgresProcess? server)
    {
        var settings = new Dictionary<string, string?>();
        if (server is null) return settings;
        settings["Cluster__ConnectionString"] = server.ConnectionString;
        settings["Cluster__Port"] = $"{FreePort.Next()}";
        return settings;
    }

    private static async Task<Growth> Ask(Growth growth, DeviceStock stock, StockedMac mac, long started)
    {
        for (var look = 0; look < Looks; look++)
        {
            Expect(growth.Devices, await Timed(growth.Times, OwnersList, mac.ListDevices));
        }

        var store = stock.Of("phone.json");
        await using (var phone = new Phone(new PhoneOptions { Name = "measured", StorePath = store }))
        {
            await Connect(phone, stock.Devices(mac.Origin), growth.Times);
            Told($"{growth.Devices} devices: {Offers} of them came, twice", started);
            await Pair(phone, mac, growth.Times);
        }

        var shown = await ShowFleet(growth.Times, mac);
        var awake = await mac.Awake();
        Told($"{growth.Devices} devices: measured", started);
        return growth with { Shown = shown, Awake = awake, AwakeMebibytes = mac.ResidentMebibytes };
    }

    private static async Task<int> ShowFleet(StageTimes times, StockedMac mac)
    {
        var shown = 0;
        for (var look = 0; look < Looks; look++)
        {
            shown = await Timed(times, OperatorsPage, mac.ShowFleet);
            using var pause = new PeriodicTimer(BetweenLooks);
            await pause.WaitForNextTickAsync();
        }

        return shown;
    }

    /// <summary>
    /// One device comes until the code for it is compiled; then others, each for the first time and once more.
    /// </summary>
    private static async Task Connect(Phone phone, PairingRecord[] devices, StageTimes times)
    {
        for (var round = 0; round < WarmUp; round++) await Connect(phone, devices[0], new StageTimes(), FirstOffer);
        var others = devices[1..];
        new Random(Seed).Shuffle(others);
        foreach (var device in others.Take(Offers))
        {
            await Connect(phone, device, times, FirstOffer);
            await Connect(phone, device, times, NextOffer);
        }
    }

    private static async Task Connect(Phone phone, PairingRecord device, StageTimes times, string stage)
    {
        await using var session = await phone.Open(device, CancellationToken.None);
        times.Add(stage, session.Timings.Signaling);
    }

    private static async Task Pair(Phone phone, StockedMac mac, StageTimes times)
    {
        for (var pairing = -PairingsToWarm; pairing < Pairings; pairing++)
        {
            await Timed(pairing < 0 ? new StageTimes() : times, OnePairing, async () =>
            {
                await using var session = await phone.Pair(await mac.Invite(), CancellationToken.None);
                return session.Pairing;
            });
        }
    }

    private static async Task<T> Timed<T>(StageTimes times, string stage, Func<Task<T>> what)
    {
        var begun = Stopwatch.GetTimestamp();
        var result = await what();
        times.Add(stage, Stopwatch.GetElapsedTime(begun));
        return result;
    }

    private static void Expect(int devices, int listed)
    {
        if (listed != devices) throw new InvalidOperationException($"The list has {listed} devices, not {devices}.");
    }

    private static void Explain(bool overPostgres) => Console.WriteLine(
        $"One Mac, its state in {(overPostgres ? "PostgreSQL" : "its own SQLite file")}; the phones are in one other "
        + "process on the same machine.\n"
        + "How the devices were made: a pairing writes the whole key file three times, so that thousands of them, one "
        + "after the other, take a time that grows with the square. Here the Mac's own code wrote that file once, and "
        + "the grain of each pairing wrote its row as it does after a pairing. What a real pairing takes at that size "
        + "is measured.\n"
        + "Set: Limits:Burst and Limits:PerSecond 100000, because all phones have one address; no STUN servers.");

    private static void Print(List<Growth> growths)
    {
        Console.WriteLine(
            "| devices | rows | state, KiB | key file, KiB | first start, s | start, s | resident MiB "
            + "| first offer p50, ms | next offer p50, ms | one more pairing p50, ms | devices list p50, ms "
            + "| /api/macs p50, ms | it shows | pairings awake | resident MiB then |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (var growth in growths)
        {
            Console.WriteLine(
                $"| {growth.Devices} | {growth.Rows} | {growth.StateBytes / 1024.0:F0} "
                + $"| {growth.KeyFileBytes / 1024.0:F0} | {growth.FirstStart.TotalSeconds:F1} "
                + $"| {growth.Start.TotalSeconds:F1} | {growth.ResidentMebibytes:F0} | {Median(growth, FirstOffer)} "
                + $"| {Median(growth, NextOffer)} | {Median(growth, OnePairing)} | {Median(growth, OwnersList)} "
                + $"| {Median(growth, OperatorsPage)} | {growth.Shown} | {growth.Awake} "
                + $"| {growth.AwakeMebibytes:F0} |");
        }
    }

    private static string Median(Growth growth, string stage) =>
        growth.Times.Percentile(stage, 0.5).ToString("F1", CultureInfo.InvariantCulture);

    /// <summary>Progress, for who waits.</summary>
    private static void Told(string what, long started) =>
        Console.Error.WriteLine($"{Stopwatch.GetElapsedTime(started).TotalSeconds,4:F0} s  {what}");
}
