namespace QuicPair.Benchmarks.Peers;

/// <summary>A number that rises, and who waits until it has reached another.</summary>
internal sealed class RisingCount
{
    private readonly Lock _gate = new();
    private readonly List<(int Target, TaskCompletionSource Reached)> _waiting = [];
    private int _value;

    public int Value
    {
        get
        {
            lock (_gate) return _value;
        }
    }

    public void Rise()
    {
        lock (_gate)
        {
            _value++;
            for (var index = _waiting.Count - 1; index >= 0; index--)
            {
                if (_waiting[index].Target > _value) continue;
                _waiting[index].Reached.TrySetResult();
                _waiting.RemoveAt(index);
            }
        }
    }

    public Task Reaches(int target)
    {
        lock (_gate)
        {
            if (_value >= target) return Task.CompletedTask;
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((target, reached));
            return reached.Task;
        }
    }
}
