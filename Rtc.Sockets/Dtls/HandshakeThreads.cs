namespace QuicPair.Rtc.Sockets.Dtls;

/// <summary>
/// The threads on which blocking handshakes run: started when there is work, at most a fixed number, gone
/// when there has been none for a while. What comes while all are busy waits its turn.
/// </summary>
internal sealed class HandshakeThreads(int maximum) : IDisposable
{
    // Ours: long enough that a burst of connections starts each thread once.
    private static readonly TimeSpan IdleLifetime = TimeSpan.FromSeconds(2);

    private readonly object _gate = new();
    private readonly Queue<Action> _work = new();
    private int _threads;
    private int _idle;
    private bool _isDisposed;

    /// <summary>Runs <paramref name="work"/>, which must not throw, as soon as a thread is free.</summary>
    public void Run(Action work)
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            _work.Enqueue(work);
            if (_idle >= _work.Count)
            {
                Monitor.Pulse(_gate);
            }
            else if (_threads < maximum)
            {
                _threads++;
                new Thread(Loop) { IsBackground = true, Name = "DTLS handshake" }.Start();
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _work.Clear();
            Monitor.PulseAll(_gate);
        }
    }

    private void Loop()
    {
        while (TryTake(out var work)) work();
    }

    private bool TryTake(out Action work)
    {
        lock (_gate)
        {
            _idle++;
            while (_work.Count == 0 && !_isDisposed)
            {
                if (!Monitor.Wait(_gate, IdleLifetime)) break;
            }

            _idle--;
            if (_work.TryDequeue(out work!)) return true;
            _threads--;
            return false;
        }
    }
}
