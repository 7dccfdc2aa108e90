using System.Net;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sockets.Gathering;
using QuicPair.Rtc.Sockets.Loop;
using QuicPair.Rtc.Wire;
using Xunit;

namespace QuicPair.Rtc.Sockets.Tests.Gathering;

/// <summary>One configured server and a host without peers; relays are real ones on loopback.</summary>
internal sealed class GatheringDesk : IGatheringHost, IDisposable
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(2);

    private readonly HostClock _clock = new(TimeProvider.System);

    public GatheringDesk(IceServer server) =>
        Server = new GatheringServer(server, this, new RtcHostOptions { Address = IPAddress.Loopback });

    public GatheringServer Server { get; }

    public Lock Gate { get; } = new();

    public Instant Now => _clock.Now;

    public TimeProvider Clock => TimeProvider.System;

    public IEntropy Entropy { get; } = new SystemEntropy();

    /// <summary>The server's name stands for these.</summary>
    public void Resolve(params IPAddress[] addresses)
    {
        lock (Gate) Server.Resolved(Now, addresses, _ => true);
    }

    /// <summary>The machine's addresses have changed, and packets leave from <paramref name="from"/>.</summary>
    public void NetworkChanged(IPAddress? from)
    {
        lock (Gate)
        {
            Server.NetworkChanged(Now, _ => from);
            Server.Advance(Now);
        }
    }

    /// <summary>Does what is due, again and again, until it is so.</summary>
    public async Task RunUntil(Func<GatheringServer, bool> isReached)
    {
        using var timer = new PeriodicTimer(BetweenLooks);
        while (true)
        {
            lock (Gate)
            {
                Server.Advance(Now);
                if (isReached(Server)) return;
            }

            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    public void Dispose()
    {
        lock (Gate) Server.Dispose();
    }

    bool IGatheringHost.TrySendToServer(ReadOnlySpan<byte> datagram, TransportAddress server) => true;

    void IGatheringHost.OnCandidatesChanged(bool network)
    {
    }

    void IGatheringHost.OnRelayed(Instant now, NetworkPath path, ReadOnlySpan<byte> datagram)
    {
    }

    void IGatheringHost.OnRelayNews()
    {
    }

    void IGatheringHost.AfterReceive()
    {
    }
}
