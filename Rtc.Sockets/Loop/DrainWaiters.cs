namespace QuicPair.Rtc.Sockets.Loop;

/// <summary>Who waits for a send buffer to get smaller. Guarded by the host's gate.</summary>
internal sealed class DrainWaiters
{
    private readonly List<(long Bytes, TaskCompletionSource Source)> _waiters = [];

    public bool Any => _waiters.Count > 0;

    public Task Add(long bytes)
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiters.Add((bytes, source));
        return source.Task;
    }

    /// <summary>Ends the waits for at least <paramref name="buffered"/> bytes.</summary>
    public void Release(long buffered)
    {
        for (var index = _waiters.Count - 1; index >= 0; index--)
        {
            if (_waiters[index].Bytes < buffered) continue;
            _waiters[index].Source.TrySetResult();
            _waiters.RemoveAt(index);
        }
    }
}
