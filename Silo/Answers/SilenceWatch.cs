namespace QuicPair.Silo.Answers;

/// <summary>Gives up a runner that says nothing for too long: longer before the first token than between two.</summary>
internal sealed class SilenceWatch : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly ITimer _timer;
    private TimeSpan _patience;
    private volatile bool _hasFired;

    public SilenceWatch(TimeSpan patience, TimeProvider time, CancellationToken stopped)
    {
        _source = CancellationTokenSource.CreateLinkedTokenSource(stopped);
        _patience = patience;
        _timer = time.CreateTimer(_ => Fire(), null, patience, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Ends the runner's work.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Whether the silence was too long.</summary>
    public bool HasFired => _hasFired;

    /// <summary>The runner is at work: it may be silent for as long as before, from this moment on.</summary>
    public void Heard() => _timer.Change(_patience, Timeout.InfiniteTimeSpan);

    /// <summary>The runner said something; from this moment on it may be silent for so long.</summary>
    public void Heard(TimeSpan patience)
    {
        _patience = patience;
        Heard();
    }

    public void Dispose()
    {
        _timer.Dispose();
        _source.Dispose();
    }

    private void Fire()
    {
        _hasFired = true;
        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The answer ended at this moment.
        }
    }
}
