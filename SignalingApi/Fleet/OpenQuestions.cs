namespace QuicPair.SignalingApi.Fleet;

/// <summary>
/// Asks nobody a second time who has not answered yet: whoever asks meanwhile waits for the same answer. How long is
/// the asker's own matter.
/// </summary>
/// <param name="ask">The question.</param>
internal sealed class OpenQuestions<TKey, TAnswer>(Func<TKey, Task<TAnswer>> ask)
    where TKey : notnull
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, Task<TAnswer>> _open = [];

    /// <summary>The answer to the question that is open, or to a new one.</summary>
    public Task<TAnswer> Ask(TKey key)
    {
        lock (_lock)
        {
            if (!_open.TryGetValue(key, out var asked) || asked.IsCompleted)
            {
                asked = Begin(key);
                _open[key] = asked;
            }

            return asked;
        }
    }

    /// <summary>What is open may be answered as it was before a change: the next question is a new one.</summary>
    public void Forget()
    {
        lock (_lock)
        {
            _open.Clear();
        }
    }

    private async Task<TAnswer> Begin(TKey key)
    {
        // A call into a silo of this process would begin on the caller's thread, which holds the lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        return await ask(key);
    }
}
