using System.Runtime.InteropServices;

namespace QuicPair.Silo.Hosting;

/// <summary>
/// The process was asked to end: a signal, whatever its host does at that moment. A host hears no signal before it
/// starts and after it ended, and one that ends because its silo failed hears it to no effect.
/// </summary>
internal sealed class EndSignals : IDisposable
{
    // Ours: a start that does not break off by then is left as it is.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly PosixSignal[] Signals = [PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT];

    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _asked = new();
    private readonly PosixSignalRegistration[] _heard;

    /// <summary>Listens from here on.</summary>
    /// <param name="time">This machine's clock.</param>
    public EndSignals(TimeProvider time)
    {
        _time = time;
        _heard = [.. Signals.Select(signal => PosixSignalRegistration.Create(signal, End))];
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Asked => _asked.Token;

    /// <summary>Asks as a signal does.</summary>
    public void Ask() => _asked.Cancel();

    /// <summary>Starts a host, which breaks off when the process is asked to end.</summary>
    /// <param name="host">The host.</param>
    /// <exception cref="TimeoutException">The process was asked, and the start does not heed it.</exception>
    public async Task Start(IHost host)
    {
        var life = host.Services.GetRequiredService<IHostApplicationLifetime>();
        await using var told = Asked.Register(life.StopApplication);
        var starting = host.StartAsync();
        try
        {
            await starting.WaitAsync(Asked);
        }
        catch (OperationCanceledException) when (Asked.IsCancellationRequested)
        {
            await starting.WaitAsync(Patience, _time);
        }
    }

    public void Dispose()
    {
        foreach (var heard in _heard) heard.Dispose();
    }

    private void End(PosixSignalContext signal)
    {
        signal.Cancel = true;
        Ask();
    }
}
