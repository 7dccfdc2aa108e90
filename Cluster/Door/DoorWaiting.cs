using System.Net;

namespace QuicPair.Cluster.Door;

/// <summary>Keeps this Mac's connections at the door while its silo lives.</summary>
internal sealed class DoorWaiting(DoorLink link, IPEndPoint silo) : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private readonly CancellationTokenSource _end = new();

    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(DoorWaiting), ServiceLifecycleStage.First, _ => Start(), _ => _end.CancelAsync());

    public void Dispose() => _end.Dispose();

    private Task Start()
    {
        _ = link.Wait(silo, _end.Token);
        return Task.CompletedTask;
    }
}
