using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using QuicPair.Rtc.Sockets.Loop;

namespace QuicPair.Benchmarks.Peers;

/// <summary>
/// The process of the offering peers: it does what lines on its input say, tells what becomes of it in lines on its
/// output (<see cref="PeerLine"/>), and ends with its input.
/// </summary>
internal sealed class OfferingSide(IPEndPoint mac) : IDisposable
{
    /// <summary>The command that starts it.</summary>
    public const string Verb = "peers-offering";

    /// <summary>Connections under way at the same time.</summary>
    public const int AtOnce = 32;

    private const int Step = 1000;
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Lock _output = new();
    private readonly HostClock _clock = new(TimeProvider.System);
    private readonly ConcurrentDictionary<int, OfferingPeer> _peers = new();
    private volatile Delays? _delays;

    /// <param name="port">Where the answering side listens on loopback.</param>
    public static async Task<int> Run(int port)
    {
        using var side = new OfferingSide(new IPEndPoint(IPAddress.Loopback, port));
        using var input = new StreamReader(Console.OpenStandardInput());
        _ = side.Guard(side.Look);
        while (await input.ReadLineAsync() is { } line) side.Obey(PeerLine.Read(line));
        return 0;
    }

    public void Dispose()
    {
        foreach (var peer in _peers.Values) peer.Dispose();
    }

    /// <summary>Never waits: while peers connect, their answers come.</summary>
    private void Obey(PeerLine line)
    {
        switch (line.What)
        {
            case PeerLine.Connect:
                _ = Guard(() => Connect(line.Number));
                break;
            case PeerLine.Answer:
                _ = Guard(() =>
                {
                    _peers[line.Number].Take(line.Text);
                    return Task.CompletedTask;
                });
                break;
            case PeerLine.Stream:
                _ = Guard(() => Stream(line.Number));
                break;
            case PeerLine.Sent:
                _ = Guard(() => Hear(line.Number));
                break;
            case PeerLine.Close:
                _ = Guard(Close);
                break;
        }
    }

    private async Task Guard(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception cause)
        {
            // Whatever it was, the other process must not wait for ever.
            Tell(new PeerLine(PeerLine.Failed, Text: $"{cause.GetType().Name}: {cause.Message}"));
        }
    }

    private async Task Look()
    {
        using var timer = new PeriodicTimer(LookEvery);
        while (await timer.WaitForNextTickAsync())
        {
            var now = _clock.Now;
            foreach (var (_, peer) in _peers) peer.Look(now);
        }
    }

    private async Task Connect(int until)
    {
        var numbers = Enumerable.Range(_peers.Count, until - _peers.Count);
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce };
        await Parallel.ForEachAsync(numbers, options, async (number, _) => await ConnectOne(number));
        Tell(new PeerLine(PeerLine.Connected, until));
    }

    private async Task ConnectOne(int number)
    {
        var begun = Stopwatch.GetTimestamp();
        var peer = new OfferingPeer(mac, _clock, message => _delays?.Add(message.Span));
        _peers[number] = peer;
        Tell(new PeerLine(PeerLine.Offer, number, peer.Offer));
        await peer.Opened.WaitAsync(Patience);
        var took = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
        Tell(new PeerLine(PeerLine.Opened, number, Milliseconds: [took]));
        if ((number + 1) % Step == 0) await Console.Error.WriteLineAsync($"       {number + 1} peers connect");
    }

    private async Task Stream(int active)
    {
        _delays = new Delays(SlowStreams.Total(active));
        var channels = Enumerable.Range(0, active)
            .Select(number => (Func<byte[], bool>)(message => _peers[number].TrySend(message))).ToList();
        Tell(new PeerLine(PeerLine.Streaming));
        Tell(new PeerLine(PeerLine.Streamed, await SlowStreams.Run(channels)));
    }

    private async Task Hear(int sent)
    {
        var delays = _delays!;
        await delays.Reach(sent);
        Tell(new PeerLine(PeerLine.Heard, delays.Count, Milliseconds: delays.Percentiles()));
    }

    private async Task Close()
    {
        var closing = _peers.Values.ToList();
        foreach (var peer in closing) peer.Close();
        await Task.WhenAll(closing.Select(peer => peer.Ended)).WaitAsync(Patience);
        foreach (var peer in closing) peer.Dispose();
        _peers.Clear();
        Tell(new PeerLine(PeerLine.Closed));
    }

    private void Tell(PeerLine line)
    {
        lock (_output) Console.Out.WriteLine(line.Write());
    }
}
