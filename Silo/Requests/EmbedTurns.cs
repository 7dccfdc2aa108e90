using QuicPair.Silo.Answers;

namespace QuicPair.Silo.Requests;

/// <summary>
/// Embeddings at the runner: so many at a time, beside the chats, and one of each device in turn.
/// </summary>
internal sealed class EmbedTurns(int parallel)
{
    private readonly Lock _lock = new();
    private readonly FairQueue<Turn> _queue = new(parallel, turn => turn.Device);

    /// <summary>Does the work when it is the device's turn.</summary>
    public async Task<T> Take<T>(string device, Func<Task<T>> work, CancellationToken cancellation)
    {
        var turn = new Turn(device);
        lock (_lock)
        {
            _queue.Enter(turn);
            Advance();
        }

        try
        {
            await turn.Came.Task.WaitAsync(cancellation);
            return await work();
        }
        finally
        {
            lock (_lock)
            {
                _queue.Leave(turn);
                Advance();
            }
        }
    }

    // Needs the lock.
    private void Advance()
    {
        while (_queue.Start() is { } next) next.Came.SetResult();
    }

    private sealed class Turn(string device)
    {
        public string Device { get; } = device;

        public TaskCompletionSource Came { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
