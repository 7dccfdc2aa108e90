using QuicPair.Cluster.Supervision;

namespace QuicPair.Silo.Hosting;

/// <summary>
/// Says goodbye to phones first, while the way to them is still there; not when only the silo is replaced, nor when
/// the one that was to replace it did not start.
/// </summary>
internal sealed class PhonesLife(MacParts mac, SiloFailure silo) : IHostedLifecycleService
{
    private bool _hasStarted;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _hasStarted = true;
        return Task.CompletedTask;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        if (_hasStarted && !silo.HasFailed) await mac.Phones.DisposeAsync();
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
