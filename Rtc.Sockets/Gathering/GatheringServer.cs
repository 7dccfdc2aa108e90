using System.Net;
using System.Net.Sockets;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sockets.Gathering.Relays;
using QuicPair.Rtc.Stun;
using QuicPair.Rtc.Turn;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Sockets.Gathering;

/// <summary>
/// One configured server: its addresses, once its name is resolved, and a question to one of each family (STUN) or an
/// allocation at one of them (TURN). What does not answer gives way to the next address, and the name is resolved anew.
/// Guarded by the host's gate.
/// </summary>
internal sealed class GatheringServer(IceServer server, IGatheringHost host, RtcHostOptions options) : IDisposable
{
    // Ours: a name that could not be resolved may be later.
    private static readonly TimeSpan ResolveAgain = TimeSpan.FromSeconds(30);

    // Ours: one whose addresses lead nowhere, or whose relay is made anew, may stand for another one by then.
    private static readonly TimeSpan RenewName = TimeSpan.FromMinutes(1);

    // Ours: of each family; more would only delay the next look at the name.
    private const int MaximumAddresses = 4;

    private readonly bool _isName = !IPAddress.TryParse(server.Host, out _);
    private readonly List<BindingQuery> _queries = [];
    private readonly List<RelaySlot> _relays = [];
    private List<TransportAddress> _addresses = [];
    private GatheringServer? _namesake;
    private Instant _resolvedAt;
    private int _rounds;
    private bool _isUnresolved;
    private bool _hasPassedOver;
    private bool _hasMoved;

    public IceServer Server { get; private set; } = server;

    /// <summary>The open questions to the addresses of a STUN server.</summary>
    public IReadOnlyList<BindingQuery> Queries => _queries;

    /// <summary>The allocation at a TURN server; none before there is an address, or if another one's serves.</summary>
    public IReadOnlyList<RelaySlot> Relays => _relays;

    /// <summary>Whether the name is being resolved.</summary>
    public bool IsResolving { get; private set; }

    /// <summary>When the name is to be resolved; null when it is.</summary>
    public Instant? ResolveAt { get; private set; } = Instant.Start;

    /// <summary>Whether there is nothing to wait for at the moment.</summary>
    public bool IsSettled => (_addresses.Count > 0 || (!IsResolving && ResolveAt != Instant.Start))
        && (_hasPassedOver || _queries.TrueForAll(query => query.IsSettled))
        && _relays.TrueForAll(relay => relay.IsSettled)
        && _namesake?.IsSettled != false;

    /// <summary>Whether it has told our address, in answer to the last question.</summary>
    public bool HasToldAddress => _queries.Exists(query => query is { IsSettled: true, Mapped: not null });

    /// <summary>What it has said so far.</summary>
    public IceServerAnswer Answer
    {
        get
        {
            if (_namesake is { } namesake) return namesake.Answer;
            if (_relays.Exists(relay => relay.Current is not null)) return IceServerAnswer.Answered;
            if (_relays.Exists(relay => relay.Failure is not null and not TurnFailure.Unanswered))
            {
                return IceServerAnswer.Refused;
            }

            if (_queries.Exists(query => query.Mapped is not null)) return IceServerAnswer.Answered;
            if (_isUnresolved) return IceServerAnswer.Unresolved;
            if (_relays.Exists(relay => relay.IsSilent)) return IceServerAnswer.Silent;
            if (!IsSettled) return IceServerAnswer.Waiting;
            return _addresses.Count > 0 ? IceServerAnswer.Silent : IceServerAnswer.Unreachable;
        }
    }

    public Instant? NextTimeout
    {
        get
        {
            var next = IsResolving ? null : ResolveAt;
            foreach (var query in _queries) next = Instant.Earliest(next, query.NextTimeout);
            foreach (var relay in _relays) next = Instant.Earliest(next, relay.NextTimeout);
            return next;
        }
    }

    /// <summary>Ends when, after the disposal, its relays have said their last words or were given up.</summary>
    public Task Closed => Task.WhenAll(_relays.Select(relay => relay.Closed));

    /// <summary>Whether it is the same server, whatever its credentials.</summary>
    public bool IsSame(IceServer other) => Place(other) == Place(Server);

    /// <summary>Takes other credentials: allocations are made anew before the former ones go.</summary>
    public void Use(IceServer same)
    {
        if (same == Server) return;
        Server = same;
        foreach (var relay in _relays) relay.Renew();
    }

    /// <summary>
    /// The machine's addresses are different ones: has the name resolved and everything asked again, but for an
    /// allocation whose packets leave as before.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="route">The address that packets to a server leave from; null when there is no way.</param>
    public void NetworkChanged(Instant now, Func<TransportAddress, IPAddress?> route)
    {
        ResolveAt = Instant.Start;
        _hasMoved = IsResolving;
        _hasPassedOver = false;
        foreach (var query in _queries) query.Restart(now);
        foreach (var relay in _relays) relay.NetworkChanged(route);
    }

    public void ResolveBegins() => IsResolving = true;

    /// <summary>Takes the addresses of the name; none when it could not be resolved.</summary>
    /// <param name="now">The time.</param>
    /// <param name="addresses">What the name stands for.</param>
    /// <param name="isReachable">Whether this machine has an address to talk to this one from.</param>
    public void Resolved(Instant now, IReadOnlyList<IPAddress> addresses, Func<IPAddress, bool> isReachable)
    {
        (IsResolving, _resolvedAt, _isUnresolved) = (false, now, addresses.Count == 0);
        ResolveAt = _hasMoved ? Instant.Start : _isUnresolved ? now + ResolveAgain : null;
        _hasMoved = false;
        if (_isUnresolved) return;
        _addresses =
        [
            .. addresses
                .Where(isReachable)
                .Distinct()
                .GroupBy(address => address.AddressFamily == AddressFamily.InterNetworkV6)
                .OrderBy(family => family.Key)
                .SelectMany(family => family.OrderBy(Rank).Take(MaximumAddresses))
                .Select(address => TransportAddress.From(address, Server.Port)),
        ];
        if (Server.IsRelay) UseRelay();
        else UseQueries();
    }

    /// <summary>
    /// Leaves the allocation to one of <paramref name="all"/> that has one and is this server under another name. With
    /// TLS the name is what the certificate must show, so each has its own.
    /// </summary>
    public void Share(IReadOnlyList<GatheringServer> all) =>
        _namesake = _relays.Count > 0 || _addresses.Count == 0 || Server.Transport == IceTransport.Tls ? null
            : all.FirstOrDefault(other => other._relays.Count > 0 && IsNamesake(other));

    /// <summary>Sees to the allocation and to what is silent; true when there is another allocation.</summary>
    public bool Advance(Instant now)
    {
        var isNew = false;
        if (Server.IsRelay && _addresses.Count > 0 && _relays.Count == 0 && _namesake is null) MakeRelay();
        foreach (var relay in _relays)
        {
            isNew |= relay.Advance(now);
            NoteRounds(now, relay.Rounds);
        }

        if (_namesake is { } namesake) NoteRounds(now, namesake._rounds);
        PassOverSilent(now);
        return isNew;
    }

    public void Dispose()
    {
        foreach (var relay in _relays) relay.Dispose();
    }

    private static (string Host, int Port, bool IsRelay, IceTransport Transport) Place(IceServer server) =>
        (server.Host, server.Port, server.IsRelay, server.Transport);

    private static bool IsSilent(BindingQuery query) => query is { IsSettled: true, Mapped: null };

    // Name servers turn the order at each question: what is known keeps its place.
    private int Rank(IPAddress address)
    {
        var known = _addresses.IndexOf(TransportAddress.From(address, Server.Port));
        return known < 0 ? int.MaxValue : known;
    }

    private void NoteRounds(Instant now, int rounds)
    {
        if (rounds > Math.Max(_rounds, 1)) ResolveSoon(now);
        _rounds = rounds;
    }

    private void ResolveSoon(Instant now)
    {
        if (!_isName || IsResolving || ResolveAt is not null) return;
        var earliest = _resolvedAt + RenewName;
        ResolveAt = earliest > now ? earliest : now;
    }

    // One of each family is enough to tell what it sees; the one that answers stays.
    private void UseQueries()
    {
        _queries.RemoveAll(query => !_addresses.Contains(query.Server));
        foreach (var family in _addresses.GroupBy(address => address.IsIPv4))
        {
            var first = family.First();
            var index = _queries.FindIndex(query => query.Server.IsIPv4 == family.Key);
            if (index < 0) _queries.Add(new BindingQuery(first, host.Entropy));
            else if (IsSilent(_queries[index]) && _queries[index].Server != first) Ask(index, first);
        }
    }

    private void PassOverSilent(Instant now)
    {
        var isLost = _queries.Count > 0;
        for (var index = 0; index < _queries.Count; index++)
        {
            var query = _queries[index];
            var next = IsSilent(query) ? After(query.Server) : null;
            isLost &= IsSilent(query) && next is null;
            if (next is null) continue;
            _hasPassedOver = true;
            Ask(index, next.Value);
        }

        if (isLost) ResolveSoon(now);
    }

    private void Ask(int index, TransportAddress other) => _queries[index] = new BindingQuery(other, host.Entropy);

    private TransportAddress? After(TransportAddress silent)
    {
        var from = _addresses.IndexOf(silent) + 1;
        var index = _addresses.FindIndex(from, address => address.IsIPv4 == silent.IsIPv4);
        return index < 0 ? null : _addresses[index];
    }

    private void UseRelay()
    {
        if (_addresses.Count == 0)
        {
            foreach (var relay in _relays) relay.Dispose();
            _relays.Clear();
        }
        else if (_relays is [var known])
        {
            known.Use(_addresses);
        }
    }

    private void MakeRelay()
    {
        var name = Server.Transport == IceTransport.Tls ? Server.Host : null;
        var way = new RelayAddress(_addresses[0], Server.Transport, options.Address, name, options.RelayRoots);
        _relays.Add(new RelaySlot(host, _addresses, way, MakeCredentials));
    }

    private bool IsNamesake(GatheringServer other) =>
        other != this && other.Server with { Host = Server.Host } == Server
        && _addresses.TrueForAll(other._addresses.Contains);

    private RelayCredentials MakeCredentials() =>
        RelayCredentials.For(Server, host.Clock.GetUtcNow(), options.RelayCredentialLifetime, host.Entropy);
}
