using System.Net;
using System.Net.Sockets;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Turn;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Sockets.Gathering.Relays;

/// <summary>One allocation at one address of a TURN server, with its way there. Guarded by the host's gate.</summary>
internal sealed class Relay : IRelayReceiver, IDisposable
{
    private const int BufferLength = 2_048 + TurnClient.Overhead;

    private readonly IGatheringHost _host;
    private readonly RelayAddress _address;
    private readonly TurnClient _client;
    private readonly byte[] _control = GC.AllocateUninitializedArray<byte>(1_280, pinned: true);
    private readonly byte[] _wrapped = GC.AllocateUninitializedArray<byte>(BufferLength, pinned: true);
    private IRelayTransport? _transport;
    private bool _isClosed;
    private bool _isUnreachable;

    public Relay(IGatheringHost host, RelayAddress address, RelayCredentials credentials)
    {
        (_host, _address) = (host, address);
        RenewableUntil = credentials.RenewableUntil;
        _client = new TurnClient(credentials.ToTurn(), address.Transport != IceTransport.Udp, host.Entropy);
    }

    /// <summary>When its credentials, which can be made anew, end; null for others.</summary>
    public DateTimeOffset? RenewableUntil { get; }

    public bool IsAllocated => !_isClosed && _client.State == TurnState.Allocated;

    /// <summary>Whether there is no allocation and will be none.</summary>
    public bool IsOver => _isClosed || _isUnreachable || _client.State is TurnState.Failed or TurnState.Closed;

    /// <summary>Whether anything could be sent to the server; whether it answers is another question.</summary>
    public bool WasReached { get; private set; }

    public TurnFailure? Failure => _isUnreachable ? TurnFailure.Unanswered : _client.Failure;

    public TransportAddress? AlternateServer => _client.AlternateServer;

    public TransportAddress? RelayedIPv4 => _client.RelayedIPv4;

    public TransportAddress? RelayedIPv6 => _client.RelayedIPv6;

    public TurnCounters Counters => _client.Counters;

    public Instant? NextTimeout => _isClosed ? null : _client.NextTimeout;

    /// <summary>Ends when, after the disposal, its last words have left or were given up.</summary>
    public Task Closed => _transport?.Closed ?? Task.CompletedTask;

    public void Start()
    {
        try
        {
            var server = new IPEndPoint(_address.Server.ToIPAddress(), _address.Server.Port);
            _transport = _address.Transport == IceTransport.Udp
                ? new UdpRelayTransport(server, _address.From, this)
                : new StreamRelayTransport(server, _address, _host.Clock, this);
        }
        catch (SocketException)
        {
            _isUnreachable = true;
        }
    }

    /// <summary>Whether its packets still leave from the address that they left from when it was made.</summary>
    /// <param name="route">The address that packets to a server leave from; null when there is no way.</param>
    public bool HasSameWay(Func<TransportAddress, IPAddress?> route) =>
        _transport?.LocalAddress is { } local && local.Equals(route(_address.Server));

    /// <summary>Whether a path that begins here begins at this relay.</summary>
    public bool Owns(TransportAddress local) => local == _client.RelayedIPv4 || local == _client.RelayedIPv6;

    public void Advance(Instant now)
    {
        if (_isClosed) return;
        _client.HandleTimeout(now);
        Flush(now);
    }

    /// <summary>Sends a payload through the relay.</summary>
    public void Send(Instant now, TransportAddress peer, ReadOnlySpan<byte> payload)
    {
        if (_isClosed) return;
        var length = _client.Wrap(now, peer, payload, _wrapped);
        Flush(now);
        if (length > 0) _transport?.TrySend(_wrapped.AsSpan(0, length));
    }

    /// <summary>Gives the allocation back.</summary>
    public void Dispose()
    {
        if (_isClosed) return;
        _client.Close(_host.Now);
        Flush(_host.Now);
        _isClosed = true;
        _transport?.Dispose();
    }

    void IRelayReceiver.OnConnected()
    {
        lock (_host.Gate)
        {
            if (_isClosed) return;
            WasReached = true;
            _client.Start(_host.Now);
            Flush(_host.Now);
            _host.OnRelayNews();
        }
    }

    void IRelayReceiver.OnMessage(ReadOnlySpan<byte> message)
    {
        lock (_host.Gate)
        {
            if (_isClosed) return;
            var now = _host.Now;
            if (_client.TryReceive(now, message, out var peer, out var payload))
            {
                var local = _client.RelayedFor(peer);
                if (local is { } relayed) _host.OnRelayed(now, new NetworkPath(relayed, peer), payload);
            }
            else
            {
                Flush(now);
                _host.OnRelayNews();
            }
        }

        _host.AfterReceive();
    }

    void IRelayReceiver.OnClosed()
    {
        lock (_host.Gate)
        {
            if (_isClosed) return;
            _isUnreachable = true;
            _host.OnRelayNews();
        }
    }

    private void Flush(Instant now)
    {
        while (_client.TryTransmit(now, _control, out var length)) _transport?.TrySend(_control.AsSpan(0, length));
    }
}
