namespace QuicPair.Cluster.Door;

/// <summary>How many connections of one member wait at the door, and whether it has gone.</summary>
internal sealed class Attendance(TimeProvider time)
{
    // Ours. One that lives dials again within half a second and a handshake.
    private static readonly TimeSpan Absence = TimeSpan.FromSeconds(1.5);

    // Ours. Whoever is dialled after that lives, as the cluster has left out a silo that died: it is reached elsewhere.
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(2);

    private readonly Lock _lock = new();
    private TaskCompletionSource _gone = Here();
    private ITimer? _absence;
    private int _count;
    private int _comings;
    private long _goneAt;

    /// <summary>
    /// Completes once it had connections here and has had none for 1.5 s; when it is back, it is a new one.
    /// </summary>
    public Task Gone
    {
        get
        {
            lock (_lock)
            {
                return _gone.Task;
            }
        }
    }

    /// <summary>Whether it has gone, and that is more than two minutes ago.</summary>
    public bool IsLongGone
    {
        get
        {
            lock (_lock)
            {
                return _gone.Task.IsCompleted && time.GetElapsedTime(_goneAt) > Memory;
            }
        }
    }

    /// <summary>A connection waits.</summary>
    public void Enter()
    {
        lock (_lock)
        {
            _count++;
            _comings++;
            _absence?.Dispose();
            _absence = null;
            if (_gone.Task.IsCompleted)
            {
                _gone = Here();
            }
        }
    }

    /// <summary>A connection waits no more.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            if (--_count == 0)
            {
                var comings = _comings;
                _absence = time.CreateTimer(_ => Miss(comings), null, Absence, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private static TaskCompletionSource Here() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Miss(int comings)
    {
        lock (_lock)
        {
            // One may come at the moment at which the time is up.
            if (comings == _comings)
            {
                _goneAt = time.GetTimestamp();
                _gone.TrySetResult();
            }
        }
    }
}
