using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Turn;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Sockets.Gathering.Relays;

/// <summary>
/// The allocation at one server, and its successor: a new one is made before credentials end or when the network has
/// changed, and takes over once it is there; the former one stays a while for what is under way. Guarded by the host's
/// gate.
/// </summary>
internal sealed class RelaySlot(IGatheringHost host, RelayAddress address, Func<RelayCredentials> credentials)
    : IDisposable
{
    // Ours.
    private const int MaximumRedirects = 2;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);
    // A system tells of an address a moment before it has a route.
    private static readonly TimeSpan RetryWithoutWay = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan RenewBefore = TimeSpan.FromMinutes(3);

    private readonly List<(Relay Relay, Instant EndsAt)> _former = [];
    private RelayAddress _address = address;
    private Relay? _current;
    private Relay? _next;
    private Instant? _renewAt = Instant.Start;
    private TimeSpan _retry = RetryWithoutWay;
    private int _redirects;

    public TransportAddress Server { get; } = address.Server;

    /// <summary>Whether there is nothing to wait for.</summary>
    public bool IsSettled => _renewAt != Instant.Start && (_current is not null || _next is null);

    /// <summary>The allocation in use; null when there is none.</summary>
    public Relay? Current => _current is { IsAllocated: true } ? _current : null;

    /// <summary>Why there is none; null when there is one or it is being made.</summary>
    public TurnFailure? Failure { get; private set; }

    public Instant? NextTimeout
    {
        get
        {
            var next = Instant.Earliest(_renewAt, _current?.NextTimeout, _next?.NextTimeout);
            foreach (var (relay, endsAt) in _former) next = Instant.Earliest(next, relay.NextTimeout, endsAt);
            return next;
        }
    }

    /// <summary>Makes a successor as soon as <see cref="Advance"/> is called.</summary>
    public void Renew()
    {
        _renewAt = Instant.Start;
        _redirects = 0;
        _retry = RetryWithoutWay;
    }

    /// <summary>The allocation that a path begins at, the former ones included.</summary>
    public Relay? Find(TransportAddress local)
    {
        if (_current?.Owns(local) == true) return _current;
        foreach (var (relay, _) in _former)
        {
            if (relay.Owns(local)) return relay;
        }

        return null;
    }

    /// <summary>Does what is due; true when <see cref="Current"/> is another one.</summary>
    public bool Advance(Instant now)
    {
        var before = Current;
        if (_renewAt <= now && _next is null) Begin();
        _current?.Advance(now);
        _next?.Advance(now);
        foreach (var (relay, _) in _former) relay.Advance(now);
        EndFormer(now);
        if (_next is { IsAllocated: true }) TakeOver(now);
        else if (_next is { IsOver: true }) GiveUp(now);
        if (_current is { IsOver: true }) Lose(now);
        return Current != before;
    }

    public void Dispose()
    {
        _current?.Dispose();
        _next?.Dispose();
        foreach (var (relay, _) in _former) relay.Dispose();
    }

    private void Begin()
    {
        _renewAt = null;
        _next = new Relay(host, _address, credentials());
        _next.Start();
    }

    private void TakeOver(Instant now)
    {
        if (_current is { } former) _former.Add((former, now + Grace));
        (_current, _next, Failure, _retry) = (_next, null, null, RetryWithoutWay);
        _renewAt = RenewalOf(now, _current!);
    }

    private void GiveUp(Instant now)
    {
        Failure = _next!.Failure;
        var alternate = Failure == TurnFailure.TryAlternate ? _next.AlternateServer : null;
        if (_next.WasReached && _retry < RetryAfter) _retry = RetryAfter;
        _next.Dispose();
        _next = null;
        if (alternate is { } other && _redirects++ < MaximumRedirects)
        {
            // RFC 8489, 10: "the client … MUST use the same transport protocol".
            _address = _address with { Server = other };
            Begin();
            return;
        }

        _address = _address with { Server = Server };
        _renewAt = now + _retry;
        _retry = _retry * 2 < LongestRetry ? _retry * 2 : LongestRetry;
    }

    private void Lose(Instant now)
    {
        _current!.Dispose();
        _current = null;
        if (_next is null) _renewAt = now;
    }

    private void EndFormer(Instant now)
    {
        for (var index = _former.Count - 1; index >= 0; index--)
        {
            var (relay, endsAt) = _former[index];
            if (now < endsAt && !relay.IsOver) continue;
            relay.Dispose();
            _former.RemoveAt(index);
        }
    }

    private Instant? RenewalOf(Instant now, Relay relay)
    {
        if (relay.RenewableUntil is not { } end) return null;
        var left = end - host.UtcNow;
        return now + (left > RenewBefore * 2 ? left - RenewBefore : left / 2);
    }
}
