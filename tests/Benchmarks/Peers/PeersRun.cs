using System.Diagnostics;
using System.Globalization;
using QuicPair.Benchmarks.Path;

namespace QuicPair.Benchmarks.Peers;

/// <summary>
/// Thousands of WebRTC peers in one process, this one, on one UDP port: how long they take to connect, what each takes
/// of memory and processor while it is idle, and what messages of some of them take. The offering peers are in a
/// process of their own on the same machine, and share it.
/// </summary>
internal sealed class PeersRun : IAsyncDisposable
{
    // A file for each offering peer's port, and Linux gives away 28,000 ports by itself.
    private const int PeersMax = 25_000;
    private const int WarmPeers = 64;

    private static readonly int[] Marks = [100, 1000];
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan IdleWindow = TimeSpan.FromSeconds(10);

    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly AnsweringPeers _peers = new();
    private readonly OfferingProcess _offering;
    private readonly Process _self = Process.GetCurrentProcess();

    private PeersRun() => _offering = OfferingProcess.Start(_peers.EndPoint, _peers.Answer);

    /// <param name="words"><c>[peers=10000] [active=1000]</c>, without the names.</param>
    public static async Task<int> Run(string[] words)
    {
        var peers = Given(words, 0, 10_000);
        var active = Given(words, 1, Math.Min(1000, peers));
        if (peers is < 1 or > PeersMax || active < 1 || active > peers)
        {
            await Console.Error.WriteLineAsync($"peers [1 to {PeersMax}] [how many of them send]");
            return 2;
        }

        await using var run = new PeersRun();
        Explain(peers, active);
        await run.WarmUp();
        var marks = new List<PeersMark> { await run.Mark(new PeersMark(0, [])) };
        foreach (var size in Marks.Append(peers / 2).Append(peers).Where(size => size > 0 && size <= peers).Order()
            .Distinct())
        {
            marks.Add(await run.Connect(marks[^1].Peers, size));
        }

        Console.WriteLine(PeersMark.Head);
        for (var index = 0; index < marks.Count; index++)
        {
            Console.WriteLine(marks[index].Row(index > 0 ? marks[index - 1] : null));
        }

        await run.Stream(active, marks[^1].Idle);
        Console.WriteLine($"{run._peers.Lost()} connections were lost.");
        return 0;
    }

    public async ValueTask DisposeAsync()
    {
        await _offering.DisposeAsync();
        await _peers.DisposeAsync();
        _self.Dispose();
    }

    private static int Given(string[] words, int place, int usual) =>
        words.Length <= place ? usual
        : int.TryParse(words[place], NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given
        : 0;

    private static void Explain(int peers, int active) => Console.WriteLine(
        $"{peers} answering peers of one RtcHost in this process, on one UDP port of 127.0.0.1; the offering ones in "
        + "one other process on the same machine, each with a port and a certificate of its own (one open file each), "
        + $"{OfferingSide.AtOnce} connecting at a time, descriptions by pipe. ICE, DTLS, SCTP and one channel; no "
        + "Noise and no session above it.\n"
        + "connect: from before the offer until the channel is open there. Memory: after a full, compacting "
        + $"collection. Idle: over {IdleWindow.TotalSeconds} s, ICE's consent checks and SCTP's heartbeats alone.\n"
        + $"Then {active} of them send {Delays.MessageLength} bytes {SlowStreams.PerSecond} times a second, in both "
        + "directions, as a slow model speaks.");

    /// <summary>Code is compiled by use: what it takes is not of the peers that come. These leave again.</summary>
    private async Task WarmUp()
    {
        await Bring(WarmPeers);
        _offering.Tell(new PeerLine(PeerLine.Close));
        await _offering.Expect(PeerLine.Closed);
        await _peers.AllClosed();
        _offering.TakeOpened();
        Tell("warm");
    }

    private async Task Bring(int peers)
    {
        _offering.Tell(new PeerLine(PeerLine.Connect, peers));
        await _offering.Expect(PeerLine.Connected);
        await _peers.Reaches(peers);
    }

    private async Task<PeersMark> Connect(int from, int to)
    {
        var (begun, before) = (Stopwatch.GetTimestamp(), ProcessLoad.Of(_self));
        await Bring(to);
        var took = Stopwatch.GetElapsedTime(begun);
        var processor = ProcessLoad.Of(_self).Processor - before.Processor;
        Tell($"{to} peers are connected, {to - from} of them new");
        return await Mark(new PeersMark(to, [.. _offering.TakeOpened().Order()])
        {
            Took = took,
            Processor = processor,
        });
    }

    private async Task<PeersMark> Mark(PeersMark mark)
    {
        await Pause(Settling);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var (managed, begun, before) = (GC.GetTotalMemory(false), Stopwatch.GetTimestamp(), ProcessLoad.Of(_self));
        await Pause(IdleWindow);
        var idle = (ProcessLoad.Of(_self).Processor - before.Processor) / Stopwatch.GetElapsedTime(begun);
        Tell($"{mark.Peers} peers: measured");
        return mark with
        {
            ResidentBytes = before.ResidentBytes,
            ManagedBytes = managed,
            Threads = before.Threads,
            Idle = idle,
        };
    }

    private async Task Stream(int active, double idle)
    {
        var delays = new Delays(SlowStreams.Total(active));
        _peers.Count(delays);
        _offering.Tell(new PeerLine(PeerLine.Stream, active));
        await _offering.Expect(PeerLine.Streaming);
        var (begun, before) = (Stopwatch.GetTimestamp(), ProcessLoad.Of(_self));
        var sent = await SlowStreams.Run(_peers.Senders(active));
        var received = (await _offering.Expect(PeerLine.Streamed)).Number;
        var busy = (ProcessLoad.Of(_self).Processor - before.Processor) / Stopwatch.GetElapsedTime(begun);
        await delays.Reach(received);
        _offering.Tell(new PeerLine(PeerLine.Sent, sent));
        var there = await _offering.Expect(PeerLine.Heard);
        Tell($"{active} peers have sent");
        Console.WriteLine(
            $"{active} active of {_peers.Connected()} peers\n"
            + "| direction | sent | refused | lost | p50, ms | p99, ms | longest, ms |\n|---|---|---|---|---|---|---|");
        Print("to this process", active, received, delays.Count, delays.Percentiles());
        Print("from this process", active, sent, there.Number, there.Milliseconds!);
        Console.WriteLine(
            $"This process took {busy * 100:F1} % of one core, {idle * 100:F1} % of it while nobody sends: "
            + $"{(busy - idle) * 100 / active:F3} % for each active peer.");
    }

    private static void Print(string direction, int active, int sent, int delivered, double[] delays) =>
        Console.WriteLine(
            $"| {direction} | {sent} | {SlowStreams.Total(active) - sent} | {sent - delivered} "
            + $"| {delays[0]:F2} | {delays[1]:F2} | {delays[2]:F2} |");

    private static async Task Pause(TimeSpan time)
    {
        using var pause = new PeriodicTimer(time);
        await pause.WaitForNextTickAsync();
    }

    /// <summary>Progress, for who waits.</summary>
    private void Tell(string what) =>
        Console.Error.WriteLine($"{Stopwatch.GetElapsedTime(_started).TotalSeconds,4:F0} s  {what}");
}
