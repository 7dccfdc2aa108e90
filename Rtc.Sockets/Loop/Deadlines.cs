using QuicPair.Rtc.Machine;

namespace QuicPair.Rtc.Sockets.Loop;

/// <summary>
/// The next deadline of every peer, with one timer for all. A deadline that moves back stays where it is: firing
/// early does no harm and is cheaper than searching. What is left behind by one that moves forward, or by a peer that
/// has ended, is cleared away when it outnumbers the others. Guarded by the host's gate.
/// </summary>
internal sealed class Deadlines : IDisposable
{
    // Ours: the system's timers count whole milliseconds.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    // Ours: clearing away costs less than the entries that it was put off for, and a few peers never need it.
    private const int EntriesPerPeerMax = 4;
    private const int EntriesMin = 64;

    private readonly PriorityQueue<PeerConnection, Instant> _queue = new();
    private readonly ITimer _timer;
    private Instant? _armedFor;
    private int _scheduled;

    public Deadlines(TimeProvider provider, Action fire) =>
        _timer = provider.CreateTimer(_ => fire(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>What is kept, for tests.</summary>
    internal int Count => _queue.Count;

    /// <summary>Notes when <paramref name="peer"/> wants to be called.</summary>
    public void Schedule(Instant now, PeerConnection peer, Instant? deadline)
    {
        if (deadline is not { } due || (peer.ScheduledFor is { } scheduled && scheduled <= due)) return;
        _scheduled += peer.ScheduledFor is null ? 1 : 0;
        peer.ScheduledFor = due;
        _queue.Enqueue(peer, due);
        ClearAway();
        Arm(now);
    }

    /// <summary>The peer has ended and wants to be called no more.</summary>
    public void Forget(PeerConnection peer)
    {
        if (peer.ScheduledFor is null) return;
        peer.ScheduledFor = null;
        _scheduled--;
        ClearAway();
    }

    /// <summary>Takes a peer whose deadline has passed.</summary>
    public bool TryTakeDue(Instant now, out PeerConnection peer)
    {
        while (_queue.TryPeek(out peer!, out var due) && due <= now)
        {
            _queue.Dequeue();
            if (peer.ScheduledFor != due) continue;
            peer.ScheduledFor = null;
            _scheduled--;
            return true;
        }

        return false;
    }

    /// <summary>Sets the timer for the earliest deadline, if it is not set for it.</summary>
    public void Arm(Instant now)
    {
        if (!_queue.TryPeek(out _, out var due) || (_armedFor is { } armed && armed <= due)) return;
        _armedFor = due;
        var wait = due - now;
        _timer.Change(wait > Tick ? wait : Tick, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Says that the timer has fired and is not set.</summary>
    public void Fired() => _armedFor = null;

    public void Dispose() => _timer.Dispose();

    private void ClearAway()
    {
        if (_queue.Count <= (EntriesPerPeerMax * _scheduled) + EntriesMin) return;
        var peers = new HashSet<PeerConnection>(_scheduled);
        foreach (var (peer, due) in _queue.UnorderedItems)
        {
            if (peer.ScheduledFor == due) peers.Add(peer);
        }

        _queue.Clear();
        foreach (var peer in peers) _queue.Enqueue(peer, peer.ScheduledFor!.Value);
    }
}
