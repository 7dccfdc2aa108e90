using System.Net;
using System.Net.Sockets;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sockets.Gathering.Relays;
using QuicPair.Rtc.Stun;
using QuicPair.Rtc.Turn;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Sockets.Gathering;

/// <summary>
/// One configured server: its addresses, once its name is resolved, and for each of them a question (STUN) or an
/// allocation (TURN). Guarded by the host's gate.
/// </summary>
internal sealed class GatheringServer(IceServer server, IGatheringHost host, RtcHostOptions options) : IDisposable
{
    // Ours: a name that could not be resolved may be later.
    private static readonly TimeSpan ResolveAgain = TimeSpan.FromSeconds(30);

    private readonly List<BindingQuery> _queries = [];
    private readonly List<RelaySlot> _relays = [];

    public IceServer Server { get; private set; } = server;

    /// <summary>The open questions to the addresses of a STUN server.</summary>
    public IReadOnlyList<BindingQuery> Queries => _queries;

    /// <summary>The allocations at the addresses of a TURN server.</summary>
    public IReadOnlyList<RelaySlot> Relays => _relays;

    /// <summary>Whether the name is being resolved.</summary>
    public bool IsResolving { get; private set; }

    /// <summary>When the name is to be resolved; null when it is.</summary>
    public Instant? ResolveAt { get; private set; } = Instant.Start;

    /// <summary>Whether there is nothing to wait for at the moment.</summary>
    public bool IsSettled => !IsResolving && ResolveAt != Instant.Start
        && _queries.TrueForAll(query => query.IsSettled) && _relays.TrueForAll(relay => relay.IsSettled);

    /// <summary>Whether it has told our address, in answer to the last question.</summary>
    public bool HasToldAddress => _queries.Exists(query => query is { IsSettled: true, Mapped: not null });

    /// <summary>What it has said so far.</summary>
    public IceServerAnswer Answer
    {
        get
        {
            if (_relays.Exists(relay => relay.Current is not null)) return IceServerAnswer.Answered;
            if (_relays.Exists(relay => relay.Failure is not null and not TurnFailure.Unanswered))
            {
                return IceServerAnswer.Refused;
            }

            var isAnswered = !Server.IsRelay && _queries.Exists(query => query.Mapped is not null);
            if (isAnswered) return IceServerAnswer.Answered;
            return IsSettled ? IceServerAnswer.Silent : IceServerAnswer.Waiting;
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

    /// <summary>Whether it is the same server, whatever its credentials.</summary>
    public bool IsSame(IceServer other) => Place(other) == Place(Server);

    /// <summary>Takes other credentials: allocations are made anew before the former ones go.</summary>
    public void Use(IceServer same)
    {
        if (same == Server) return;
        Server = same;
        foreach (var relay in _relays) relay.Renew();
    }

    /// <summary>Has the name resolved and everything asked again.</summary>
    public void Restart(Instant now)
    {
        ResolveAt = Instant.Start;
        foreach (var query in _queries) query.Restart(now);
        foreach (var relay in _relays) relay.Renew();
    }

    public void ResolveBegins() => IsResolving = true;

    /// <summary>Takes the addresses of the name; none when it could not be resolved.</summary>
    /// <param name="now">The time.</param>
    /// <param name="addresses">What the name stands for.</param>
    /// <param name="isReachable">Whether this machine has an address to talk to this one from.</param>
    public void Resolved(Instant now, IReadOnlyList<IPAddress> addresses, Func<IPAddress, bool> isReachable)
    {
        IsResolving = false;
        ResolveAt = addresses.Count == 0 ? now + ResolveAgain : null;
        if (addresses.Count == 0) return;

        // A name may have many addresses; one of each family is enough, and a relay needs only one.
        var wanted = addresses
            .Where(isReachable)
            .GroupBy(address => address.AddressFamily == AddressFamily.InterNetworkV6)
            .OrderBy(family => family.Key)
            .Select(family => TransportAddress.From(family.First(), Server.Port))
            .Take(Server.IsRelay ? 1 : 2)
            .ToList();
        if (Server.IsRelay) UseRelays(wanted);
        else UseQueries(wanted);
    }

    public void Dispose()
    {
        foreach (var relay in _relays) relay.Dispose();
    }

    private static (string Host, int Port, bool IsRelay, IceTransport Transport) Place(IceServer server) =>
        (server.Host, server.Port, server.IsRelay, server.Transport);

    private void UseQueries(List<TransportAddress> wanted)
    {
        _queries.RemoveAll(query => !wanted.Contains(query.Server));
        foreach (var address in wanted.Where(address => !_queries.Exists(query => query.Server == address)))
        {
            _queries.Add(new BindingQuery(address, host.Entropy));
        }
    }

    private void UseRelays(List<TransportAddress> wanted)
    {
        foreach (var gone in _relays.Where(relay => !wanted.Contains(relay.Server)).ToArray())
        {
            gone.Dispose();
            _relays.Remove(gone);
        }

        foreach (var address in wanted.Where(address => !_relays.Exists(relay => relay.Server == address)))
        {
            var name = Server.Transport == IceTransport.Tls ? Server.Host : null;
            var way = new RelayAddress(address, Server.Transport, options.Address, name, options.RelayRoots);
            _relays.Add(new RelaySlot(host, way, MakeCredentials));
        }
    }

    private RelayCredentials MakeCredentials() =>
        RelayCredentials.For(Server, host.UtcNow, options.RelayCredentialLifetime, host.Entropy);
}
