using System.Net;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Turn;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Sockets.Gathering.Relays;

/// <summary>
/// The allocation at one server, and its successor: a new one is made before credentials end or when the way to the
/// server has changed, and takes over once it is there; the former one stays a while for what is under way. The
/// addresses of the server are tried one after the other, the one that worked last first. Guarded by the host's gate.
/// </summary>
/// <param name="host">Whose gate it is.</param>
/// <param name="servers">Where the server listens, at least one address.</param>
/// <param name="way">How it is spoken to; the address in it does not count.</param>
/// <param name="credentials">Makes those of the next allocation.</param>
internal sealed class RelaySlot(
    IGatheringHost host, IReadOnlyList<TransportAddress> servers, RelayAddress way, Func<RelayCredentials> credentials)
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
    private readonly Queue<TransportAddress> _untried = new();
    private IReadOnlyList<TransportAddress> _servers = servers;
    private TransportAddress _trying;
    private TransportAddress _worked;
    private Relay? _current;
    private Relay? _next;
    private Instant? _renewAt = Instant.Start;
    private TimeSpan _retry = RetryWithoutWay;
    private int _redirects;
    private bool _hasFailed;
    private bool _isDoubtful;

    /// <summary>Whether there is nothing to wait for.</summary>
    public bool IsSettled => _renewAt != Instant.Start && (_current is not null || _next is null);

    /// <summary>The allocation in use; null when there is none.</summary>
    public Relay? Current => _current is { IsAllocated: true } ? _current : null;

    /// <summary>
    /// Why there is none, a refusal before silence; null when there is one or the first is being made.
    /// </summary>
    public TurnFailure? Failure { get; private set; }

    /// <summary>
    /// Whether nobody answered when all addresses were tried last, in the network that the machine is in: so until one
    /// does, also while they are tried again.
    /// </summary>
    public bool IsSilent { get; private set; }

    /// <summary>How often it has begun to try the server's addresses.</summary>
    public int Rounds { get; private set; }

    /// <summary>Ends when, after the disposal, the last words of its relays have left or were given up.</summary>
    public Task Closed => Task.WhenAll(new[] { _current, _next }
        .OfType<Relay>()
        .Concat(_former.Select(former => former.Relay))
        .Select(relay => relay.Closed));

    public Instant? NextTimeout
    {
        get
        {
            var next = Instant.Earliest(_renewAt, _current?.NextTimeout, _next?.NextTimeout);
            foreach (var (relay, endsAt) in _former) next = Instant.Earliest(next, relay.NextTimeout, endsAt);
            return next;
        }
    }

    /// <summary>Takes the addresses that the server has now; an allocation that is there stays.</summary>
    public void Use(IReadOnlyList<TransportAddress> current)
    {
        var hasOther = current.Any(server => !_servers.Contains(server));
        _servers = current;
        if (!hasOther || _current is not null || (_next is not null && current.Contains(_trying))) return;

        // Another address is no reason to ask more often than before.
        var retry = _retry;
        Renew();
        _retry = retry;
    }

    /// <summary>Makes a successor as soon as <see cref="Advance"/> is called.</summary>
    public void Renew()
    {
        // The one that is being made may be bound to an address that is gone.
        _next?.Dispose();
        _next = null;
        _renewAt = Instant.Start;
        _redirects = 0;
        _retry = RetryWithoutWay;
    }

    /// <summary>
    /// The machine's addresses are different ones: makes a successor unless packets leave from the same address as
    /// before. An address that was gone for a moment may have come back in another network.
    /// </summary>
    /// <param name="route">The address that packets to a server leave from; null when there is no way.</param>
    public void NetworkChanged(Func<TransportAddress, IPAddress?> route)
    {
        var isSame = !_isDoubtful && Current?.HasSameWay(route) == true && _next?.HasSameWay(route) != false;
        if (isSame) return;
        (_isDoubtful, IsSilent) = (true, false);
        Renew();
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
        if (_renewAt <= now && _next is null) BeginRound();
        _current?.Advance(now);
        _next?.Advance(now);
        foreach (var (relay, _) in _former) relay.Advance(now);
        EndFormer(now);
        if (_next is { IsAllocated: true }) TakeOver(now);

        // An address without a route is over at once.
        while (_next is { IsOver: true }) GiveUp(now);
        if (_current is { IsOver: true }) Lose(now);
        return Current != before;
    }

    public void Dispose()
    {
        _current?.Dispose();
        _next?.Dispose();
        foreach (var (relay, _) in _former) relay.Dispose();
    }

    private void BeginRound()
    {
        Rounds++;
        (_renewAt, _hasFailed) = (null, false);
        _untried.Clear();
        foreach (var server in _servers.OrderBy(server => server != _worked)) _untried.Enqueue(server);
        Begin(_trying = _untried.Dequeue());
    }

    private void Begin(TransportAddress server)
    {
        _next = new Relay(host, way with { Server = server }, credentials());
        _next.Start();
    }

    private void TakeOver(Instant now)
    {
        if (_current is { } former) _former.Add((former, now + Grace));
        (_current, _next, Failure, _retry, _redirects) = (_next, null, null, RetryWithoutWay, 0);
        (_worked, _isDoubtful, IsSilent) = (_trying, false, false);
        _renewAt = RenewalOf(now, _current!);
    }

    private void GiveUp(Instant now)
    {
        var failed = _next!;
        _next = null;
        var alternate = failed.Failure == TurnFailure.TryAlternate ? failed.AlternateServer : null;
        if (failed.WasReached && _retry < RetryAfter) _retry = RetryAfter;
        failed.Dispose();
        if (alternate is { } other && _redirects++ < MaximumRedirects)
        {
            // RFC 8489, 10: "the client … MUST use the same transport protocol".
            Begin(other);
            return;
        }

        if (!_hasFailed || failed.Failure != TurnFailure.Unanswered) Failure = failed.Failure;
        (_redirects, _hasFailed) = (0, true);
        if (_untried.TryDequeue(out var server))
        {
            Begin(_trying = server);
            return;
        }

        IsSilent = Failure == TurnFailure.Unanswered;
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
        var left = end - host.Clock.GetUtcNow();
        return now + (left > RenewBefore * 2 ? left - RenewBefore : left / 2);
    }
}
