using QuicPair.Client;

namespace QuicPair.Benchmarks.Path;

/// <summary>
/// From offer to answer, and from the start to a live session, at a Mac whose STUN and TURN servers all are silent or
/// have names that do not resolve, and at one that has none; alternating, so that both meet the same machine. The
/// phones are told the same servers, and each connects once, as a command does: it knows nothing of them yet.
/// </summary>
internal static class SilentServersRun
{
    // Ours: far from the 1,024 offers of a device that a Mac remembers, after which it refuses them for a while.
    private const int RoundsPerDevice = 50;
    private const int WarmUp = 10;
    private const string None = "no server";
    private const string Silent = "silent servers";

    public static async Task<int> Run(int rounds)
    {
        await using var runner = await MeteredRunner.Start();
        using var servers = new SilentServers();
        await using var plain = await SiloProcess.Start(runner.Address, more: SilentServers.None);
        await using var surrounded = await SiloProcess.Start(runner.Address, more: servers.Settings);
        var times = new StageTimes();
        for (var done = 0; done < rounds; done += RoundsPerDevice)
        {
            var (one, other) = (await Pair(plain, done), await Pair(surrounded, done));
            for (var round = -WarmUp; round < Math.Min(RoundsPerDevice, rounds - done); round++)
            {
                var into = round < 0 ? new StageTimes() : times;
                await Connect(one, into, None);
                await Connect(other, into, Silent);
            }
        }

        if (!servers.WereAsked) throw new InvalidOperationException("A silent server was never asked.");
        var resolver = await SilentServers.ResolverSays();
        Console.WriteLine(FormattableString.Invariant(
            $"4 names that do not resolve (the resolver says so after {resolver.TotalMilliseconds:F0} ms), ")
            + "STUN by UDP, TURN by UDP, TCP and TLS that never answer");
        times.Print($"{rounds} connections at each of two Macs on loopback, milliseconds");
        foreach (var stage in (string[])[Answered(Silent), Answered(None)])
        {
            Console.WriteLine(FormattableString.Invariant(
                $"{stage}: p50 {times.Percentile(stage, 0.5):F2} ms, p99 {times.Percentile(stage, 0.99):F2} ms"));
        }

        return 0;
    }

    private static async Task<string> Pair(SiloProcess silo, int device)
    {
        var store = System.IO.Path.Combine(silo.Home, $"phone-{device}.json");
        await using var phone = NewPhone(store);
        await (await phone.Pair(await silo.Invite(), CancellationToken.None)).DisposeAsync();
        return store;
    }

    private static async Task Connect(string store, StageTimes times, string servers)
    {
        await using var phone = NewPhone(store);
        await using var mac = await phone.Open(phone.Pairings.Load().Single(), CancellationToken.None);
        times.Add(Answered(servers), mac.Timings.Signaling);
        times.Add($"start → live session, {servers}", mac.Timings.Total);
    }

    private static Phone NewPhone(string store) => new(new PhoneOptions { Name = "measured", StorePath = store });

    private static string Answered(string servers) => $"offer → answer (HTTP, gate, grain, peer), {servers}";
}
