using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace QuicPair.Silo.Tests.Phones;

/// <summary>A clock in the test's hand that knows what is waited for by it.</summary>
internal sealed class WatchedTime() : FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000))
{
    private readonly ConcurrentDictionary<TimeSpan, bool> _waits = new();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        _waits.TryAdd(dueTime, true);
        return timer;
    }

    /// <summary>What is waited for so far counts no more.</summary>
    public void Forget() => _waits.Clear();

    /// <summary>Returns when somebody has begun to wait for so long.</summary>
    public async Task Begun(TimeSpan wait)
    {
        while (!_waits.ContainsKey(wait))
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
