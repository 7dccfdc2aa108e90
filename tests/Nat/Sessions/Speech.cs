using QuicPair.EndToEnd;

namespace QuicPair.Nat.Sessions;

/// <summary>Lets a runner say a word every so often until its answer is said.</summary>
internal sealed class Speech : IAsyncDisposable
{
    private static readonly TimeSpan Gap = TimeSpan.FromMilliseconds(20);

    private readonly MeteredRunner _runner;
    private readonly int _words;
    private readonly PeriodicTimer _timer = new(Gap);
    private readonly Task _speaking;
    private int _said;

    public Speech(MeteredRunner runner, int words)
    {
        (_runner, _words) = (runner, words);
        _speaking = Speak();
    }

    /// <summary>Words that were said so far.</summary>
    public int Said => Volatile.Read(ref _said);

    /// <summary>Says what is left at once.</summary>
    public async Task Finish()
    {
        _timer.Dispose();
        await _speaking;
        _runner.Say(_words - _said + 1);
    }

    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _speaking;
    }

    private async Task Speak()
    {
        while (_said < _words && await _timer.WaitForNextTickAsync())
        {
            _runner.Say(1);
            Interlocked.Increment(ref _said);
        }
    }
}
