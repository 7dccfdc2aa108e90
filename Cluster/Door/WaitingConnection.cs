using QuicPair.Cluster.Certificates;

namespace QuicPair.Cluster.Door;

/// <summary>
/// One connection that waits at the door. Woken by a byte, the member answers with the same byte once its silo is
/// connected; from then on the connection is the silos'.
/// </summary>
internal sealed class WaitingConnection
{
    /// <summary>Wakes, and says that it is awake.</summary>
    public const byte WakeByte = (byte)'G';

    // Ours: a member that does not wake by then has gone, or its router has forgotten it.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);

    private readonly Stream _stream;
    private readonly byte[] _answer = new byte[1];
    private readonly Task<int> _reading;
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public WaitingConnection(Stream stream, CancellationToken cancellation)
    {
        _stream = stream;

        // A member says nothing while it waits: what comes before it is woken is its end.
        _reading = stream.ReadAsync(_answer, cancellation).AsTask();
        _ = _reading.ContinueWith(
            _ => End(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    /// <summary>Completes when it waits no more: it was taken, or has broken.</summary>
    public Task Left => _left.Task;

    /// <summary>Completes when it has broken, or when whoever took it is done.</summary>
    public Task Ended => _ended.Task;

    private bool IsTaken { get; set; }

    /// <summary>Wakes the member; null when nobody is there.</summary>
    public async Task<Stream?> Wake(CancellationToken cancellation)
    {
        lock (_answer)
        {
            if (_reading.IsCompleted)
            {
                return null;
            }

            IsTaken = true;
            _left.TrySetResult();
        }

        try
        {
            await _stream.WriteAsync(new[] { WakeByte }, cancellation);
            if (await _reading.WaitAsync(Patience, cancellation) == 1 && _answer[0] == WakeByte)
            {
                return new DuplexStream(_stream, _stream, () => _ended.TrySetResult());
            }
        }
        catch (Exception problem) when (problem is IOException or TimeoutException or ObjectDisposedException)
        {
            // Nobody is there.
        }
        catch
        {
            _ended.TrySetResult();
            throw;
        }

        _ended.TrySetResult();
        return null;
    }

    private void End()
    {
        lock (_answer)
        {
            _left.TrySetResult();
            if (!IsTaken)
            {
                _ended.TrySetResult();
            }
        }
    }
}
