using System.Net;
using System.Net.Sockets;
using QuicPair.Rtc.Ice;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sockets.Gathering.Relays;
using QuicPair.Rtc.Stun;
using QuicPair.Rtc.Turn;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Sockets.Gathering;

/// <summary>
/// The candidates of this host, gathered in the background and kept up to date, so that a description never waits:
/// addresses of the machine, what STUN servers see of them, and allocations at TURN servers. Names are resolved and
/// servers asked beside the loop; one that does not answer costs nothing but a candidate. Guarded by the host's gate.
/// </summary>
internal sealed class StandingCandidates : IDisposable
{
    // Ours.
    private const int MaximumServers = 8;
    private const int MaximumReflexive = 4;
    private const int MaximumRelayed = 4;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    private readonly IGatheringHost _host;
    private readonly RtcHostOptions _options;
    private readonly NetworkAddresses _network;
    private readonly HostCandidates _hosts;
    private readonly ITimer _timer;
    private readonly CancellationTokenSource _end = new();
    private readonly byte[] _buffer = new byte[128];
    private List<GatheringServer> _servers = [];
    private TaskCompletionSource _settled = NewSettled();
    private TaskCompletionSource _firstAnswer = NewSettled();
    private volatile IReadOnlyList<IceCandidate> _candidates;

    public StandingCandidates(IGatheringHost host, RtcHostOptions options, int port)
    {
        (_host, _options) = (host, options);
        _hosts = new HostCandidates(options, port);
        _network = new NetworkAddresses(options.TimeProvider, OnNetworkChanged);
        _candidates = _hosts.From(_network.Known);
        _timer = options.TimeProvider.CreateTimer(
            _ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>What there is at this moment, the best first.</summary>
    public IReadOnlyList<IceCandidate> Candidates => _candidates;

    /// <summary>What each server has said so far. Needs the gate.</summary>
    public IReadOnlyList<IceServerState> Servers =>
        [.. _servers.Select(server => new IceServerState(server.Server, server.Answer))];

    /// <summary>For tests: what the allocations in use have seen. Needs the gate.</summary>
    public IReadOnlyList<TurnCounters> RelayCounters =>
    [
        .. _servers.SelectMany(server => server.Relays)
            .Select(slot => slot.Current)
            .OfType<Relay>()
            .Select(relay => relay.Counters),
    ];

    /// <summary>Ends when every server has answered or is taken for dead.</summary>
    public Task Settled => _settled.Task;

    /// <summary>
    /// Ends when a STUN server has told the address that we have now, or there is no such answer to wait for.
    /// </summary>
    public Task FirstAnswer => _firstAnswer.Task;

    /// <summary>Ends when, after the disposal, all relays have said their last words or were given up.</summary>
    public Task Closed { get; private set; } = Task.CompletedTask;

    /// <summary>Asks these servers from now on; what is known of those that stay is kept. Needs the gate.</summary>
    public void Use(Instant now, IReadOnlyList<IceServer> servers)
    {
        var former = _servers;
        _servers = [];
        foreach (var server in servers.Distinct().Take(MaximumServers))
        {
            var known = former.Find(each => each.IsSame(server)) ?? new GatheringServer(server, _host, _options);
            known.Use(server);
            if (!_servers.Contains(known)) _servers.Add(known);
        }

        foreach (var gone in former.Except(_servers)) gone.Dispose();
        Compose(network: false);
        Advance(now);
    }

    /// <summary>The relay that a path begins at; null for the port that all share. Needs the gate.</summary>
    public Relay? FindRelay(TransportAddress local)
    {
        // By index: each packet that is relayed comes through here, and an enumerator would be an allocation.
        foreach (var server in _servers)
        {
            for (var index = 0; index < server.Relays.Count; index++)
            {
                if (server.Relays[index].Find(local) is { } relay) return relay;
            }
        }

        return null;
    }

    /// <summary>Sees what became of the relays. Needs the gate.</summary>
    public void Look(Instant now)
    {
        if (!_end.IsCancellationRequested) Advance(now);
    }

    /// <summary>Whether a datagram is a server's answer; nobody else sees it then. Needs the gate.</summary>
    public bool TryHandle(Instant now, TransportAddress sender, ReadOnlySpan<byte> datagram)
    {
        foreach (var server in _servers)
        {
            foreach (var query in server.Queries)
            {
                if (query.Server != sender) continue;
                if (!query.TryHandle(now, sender, datagram)) return false;
                Compose(network: false);
                Advance(now);
                return true;
            }
        }

        return false;
    }

    public void Dispose()
    {
        _end.Cancel();
        _network.Dispose();
        _timer.Dispose();
        lock (_host.Gate)
        {
            foreach (var server in _servers) server.Dispose();
            Closed = Task.WhenAll(_servers.Select(server => server.Closed));
            _servers = [];
        }
    }

    private static TaskCompletionSource NewSettled() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void OnNetworkChanged()
    {
        lock (_host.Gate)
        {
            if (_end.IsCancellationRequested) return;
            var now = _host.Now;
            foreach (var server in _servers) server.NetworkChanged(now, RouteTo);
            Compose(network: true);
            Advance(now);
        }
    }

    private void OnTimer()
    {
        lock (_host.Gate)
        {
            if (!_end.IsCancellationRequested) Advance(_host.Now);
        }
    }

    /// <summary>Does what is due, and sets the timer for what comes next.</summary>
    private void Advance(Instant now)
    {
        Instant? next = null;
        var isNew = false;
        foreach (var server in _servers)
        {
            if (!server.IsResolving && server.ResolveAt <= now) Resolve(now, server);
            foreach (var query in server.Queries) isNew |= Ask(now, query);
            server.Share(_servers);
            isNew |= server.Advance(now);
            next = Instant.Earliest(next, server.NextTimeout);
        }

        if (isNew) Compose(network: false);
        NoteSettled();
        if (next is { } due) _timer.Change(due - now > Tick ? due - now : Tick, Timeout.InfiniteTimeSpan);
    }

    private bool Ask(Instant now, BindingQuery query)
    {
        var before = query.Mapped;
        if (query.TryTransmit(now, _buffer, out var length))
        {
            var hasLeft = _host.TrySendToServer(_buffer.AsSpan(0, length), query.Server);
            if (!hasLeft) query.Unsent(now);
        }

        return query.Mapped != before;
    }

    private void NoteSettled()
    {
        var isSettled = _servers.TrueForAll(server => server.IsSettled);
        Note(ref _settled, isSettled);
        Note(ref _firstAnswer, isSettled || _servers.Exists(server => server.HasToldAddress));

        static void Note(ref TaskCompletionSource source, bool isReached)
        {
            if (isReached) source.TrySetResult();
            else if (source.Task.IsCompleted) source = NewSettled();
        }
    }

    private void Resolve(Instant now, GatheringServer server)
    {
        server.ResolveBegins();
        if (IPAddress.TryParse(server.Server.Host, out var literal))
        {
            server.Resolved(now, [literal], IsReachable);
        }
        else
        {
            _ = ResolveName(server);
        }
    }

    private async Task ResolveName(GatheringServer server)
    {
        IPAddress[] addresses = [];
        try
        {
            // A resolver may block its caller before the first wait.
            addresses = await Task.Run(() => _options.Resolver(server.Server.Host, _end.Token), _end.Token)
                .ConfigureAwait(false);
        }
        catch (Exception cause) when (cause is SocketException or ArgumentException or OperationCanceledException)
        {
            // No such name, no resolver, or no time left: there is a next try.
        }

        lock (_host.Gate)
        {
            if (_end.IsCancellationRequested) return;
            server.Resolved(_host.Now, addresses, IsReachable);
            Compose(network: false);
            Advance(_host.Now);
        }
    }

    // Where only one address is used, it is the way as long as the machine has it.
    private IPAddress? RouteTo(TransportAddress server) =>
        _options.Address is not { } only ? Route.To(server) : _network.Known.Contains(only) ? only : null;

    /// <summary>Whether there is an address to talk to this server from.</summary>
    private bool IsReachable(IPAddress server)
    {
        if (_options.Address is { } only) return only.AddressFamily == server.AddressFamily;
        return IPAddress.IsLoopback(server)
            || _network.Known.Any(own => own.AddressFamily == server.AddressFamily
                && !IPAddress.IsLoopback(own) && !own.IsIPv6LinkLocal);
    }

    private void Compose(bool network)
    {
        var candidates = _hosts.From(_network.Known).ToList();
        AddReflexive(candidates);
        AddRelayed(candidates);
        var isNew = !candidates.SequenceEqual(_candidates);
        _candidates = candidates;
        if (isNew || network) _host.OnCandidatesChanged(network);
    }

    private void AddReflexive(List<IceCandidate> candidates)
    {
        var mapped = from server in _servers
                     from query in server.Queries
                     where query.Mapped is not null
                     select query.Mapped!.Value;
        ushort preference = ushort.MaxValue;
        foreach (var address in mapped.Distinct().Take(MaximumReflexive))
        {
            // RFC 8445, 5.1.3: a candidate with the address of another one is redundant.
            if (candidates.Exists(known => known.Address == address)) continue;
            candidates.Add(Reflexive(address, preference--));
        }
    }

    private void AddRelayed(List<IceCandidate> candidates)
    {
        // UDP to the server is better than TCP, TCP than TLS: less waits behind what is lost, less to compute.
        var relays = from server in _servers
                     orderby server.Server.Transport
                     from slot in server.Relays
                     where slot.Current is not null
                     from address in new[] { slot.Current!.RelayedIPv4, slot.Current.RelayedIPv6 }
                     where address is not null
                     select address.Value;
        ushort preference = ushort.MaxValue;
        foreach (var address in relays.Distinct().Take(MaximumRelayed)) candidates.Add(Relayed(address, preference--));
    }

    // RFC 8445, 5.1.1.2: the base of a relayed candidate is the candidate itself.
    private static IceCandidate Relayed(TransportAddress address, ushort preference) => new()
    {
        Foundation = $"r{ushort.MaxValue - preference + 1}",
        Priority = IceCandidate.ComputePriority(IceCandidateType.Relayed, preference),
        Address = address,
        Type = IceCandidateType.Relayed,
        Base = address,
    };

    private IceCandidate Reflexive(TransportAddress address, ushort preference) => new()
    {
        Foundation = $"s{ushort.MaxValue - preference + 1}",
        Priority = IceCandidate.ComputePriority(IceCandidateType.ServerReflexive, preference),
        Address = address,
        Type = IceCandidateType.ServerReflexive,
        Base = _hosts.BaseFor(address.IsIPv4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6),
    };
}
