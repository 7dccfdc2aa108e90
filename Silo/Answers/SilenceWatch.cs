namespace QuicPair.Silo.Answers;

/// <summary>Gives up a runner that says nothing for too long: longer before the first token than between two.</summary>
internal sealed class SilenceWatch : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly ITimer _timer;
    private volatile bool _hasFired;

    public SilenceWatch(TimeSpan patience, TimeProvider time, CancellationToken stopped)
    {
        _source = CancellationTokenSource.CreateLinkedTokenSource(stopped);
        _timer = time.CreateTimer(_ => Fire(), null, patience, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Ends the runner's work.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Whether the silence was too long.</summary>
    public bool HasFired => _hasFired;

    /// <summary>The runner said something.</summary>
    public void Heard(TimeSpan patience) => _timer.Change(patience, Timeout.InfiniteTimeSpan);

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
