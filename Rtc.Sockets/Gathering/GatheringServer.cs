using System.Net;
using System.Net.Sockets;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Stun;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Sockets.Gathering;

/// <summary>One configured server: its addresses, once its name is resolved, and what each of them told.</summary>
internal sealed class GatheringServer(IceServer server)
{
    // Ours: a name may have many addresses; one of each family is enough.
    private const int AddressesPerFamily = 1;

    // Ours: a name that could not be resolved may be later.
    private static readonly TimeSpan ResolveAgain = TimeSpan.FromSeconds(30);

    private readonly List<BindingQuery> _queries = [];

    public IceServer Server { get; } = server;

    /// <summary>The open questions to the addresses of a STUN server.</summary>
    public IReadOnlyList<BindingQuery> Queries => _queries;

    /// <summary>Whether the name is being resolved.</summary>
    public bool IsResolving { get; private set; }

    /// <summary>When the name is to be resolved; null when it is.</summary>
    public Instant? ResolveAt { get; private set; } = Instant.Start;

    /// <summary>Whether there is nothing to wait for at the moment.</summary>
    public bool IsSettled =>
        !IsResolving && ResolveAt != Instant.Start && _queries.TrueForAll(query => query.IsSettled);

    public Instant? NextTimeout
    {
        get
        {
            var next = IsResolving ? null : ResolveAt;
            foreach (var query in _queries) next = Instant.Earliest(next, query.NextTimeout);
            return next;
        }
    }

    /// <summary>Has the name resolved and everything asked again.</summary>
    public void Restart(Instant now)
    {
        ResolveAt = Instant.Start;
        foreach (var query in _queries) query.Restart(now);
    }

    public void ResolveBegins() => IsResolving = true;

    /// <summary>Takes the addresses of the name; none when it could not be resolved.</summary>
    /// <param name="now">The time.</param>
    /// <param name="addresses">What the name stands for.</param>
    /// <param name="isReachable">Whether this machine has an address to talk to this one from.</param>
    /// <param name="entropy">For transaction ids.</param>
    public void Resolved(
        Instant now, IReadOnlyList<IPAddress> addresses, Func<IPAddress, bool> isReachable, IEntropy entropy)
    {
        IsResolving = false;
        ResolveAt = addresses.Count == 0 ? now + ResolveAgain : null;
        if (addresses.Count == 0) return;
        var wanted = addresses
            .Where(isReachable)
            .GroupBy(address => address.AddressFamily == AddressFamily.InterNetworkV6)
            .SelectMany(family => family.Take(AddressesPerFamily))
            .Select(address => TransportAddress.From(address, Server.Port))
            .ToList();
        _queries.RemoveAll(query => !wanted.Contains(query.Server));
        foreach (var address in wanted.Where(address => !_queries.Exists(query => query.Server == address)))
        {
            _queries.Add(new BindingQuery(address, entropy));
        }
    }
}
