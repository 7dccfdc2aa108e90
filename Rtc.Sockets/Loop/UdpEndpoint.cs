using System.Net;
using System.Net.Sockets;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Sockets.Loop;

/// <summary>The one UDP socket of a host: IPv4 and IPv6 unless it is bound to one address.</summary>
internal sealed class UdpEndpoint : IDisposable
{
    // Ours: room for a burst while the loop is busy with another one.
    private const int SocketBuffer = 4 << 20;
    private const int BatchSize = 32;

    private volatile Socket _socket;
    private SendBatch _sends;
    private readonly Datagram[] _batch;
    private readonly bool _isWildcard;
    private readonly bool _isLocalOnly;
    private readonly TransportAddress _bound;

    /// <param name="address">The only address to use; null for all.</param>
    /// <param name="port">The port; 0 for a free one.</param>
    /// <param name="isLocalOnly">Whether datagrams to and from foreign addresses end here.</param>
    public UdpEndpoint(IPAddress? address, int port, bool isLocalOnly)
    {
        _isLocalOnly = isLocalOnly;
        _isWildcard = address is null;
        _socket = _isWildcard ? BindAll(port) : Bind(new IPEndPoint(address!, port));
        LocalEndPoint = (IPEndPoint)_socket.LocalEndPoint!;
        _bound = TransportAddress.From(LocalEndPoint.Address, LocalEndPoint.Port);
        var family = _socket.AddressFamily;
        _sends = new SendBatch(_socket);
        _batch = [.. Enumerable.Range(0, BatchSize).Select(_ => new Datagram(new SocketAddress(family)))];
    }

    public IPEndPoint LocalEndPoint { get; }

    /// <summary>Why the last <see cref="Receive"/> brought nothing; success when it brought something.</summary>
    public SocketError Fault { get; private set; }

    /// <summary>For tests: the socket in use.</summary>
    internal Socket Socket => _socket;

    /// <summary>What a candidate of the family of <paramref name="remote"/> is bound to here.</summary>
    public TransportAddress BoundFor(TransportAddress remote) => !_isWildcard ? _bound
        : TransportAddress.From(remote.IsIPv4 ? IPAddress.Any : IPAddress.IPv6Any, LocalEndPoint.Port);

    /// <summary>
    /// Waits for a datagram and takes what has arrived with it; the datagrams are valid until the next call. Empty
    /// when the socket is closed or an error of an earlier send was reported.
    /// </summary>
    public ReadOnlySpan<Datagram> Receive()
    {
        var count = 0;
        Fault = SocketError.Success;
        try
        {
            do
            {
                var datagram = _batch[count];
                datagram.Length = _socket.ReceiveFrom(datagram.Buffer, SocketFlags.None, datagram.SocketAddress);
                count++;
            }
            while (count < _batch.Length && _socket.Available > 0);
        }
        catch (Exception cause) when (cause is SocketException or ObjectDisposedException)
        {
            // The peer's port is closed, or ours: what counts is what arrives.
            if (count == 0) Fault = (cause as SocketException)?.SocketErrorCode ?? SocketError.Shutdown;
        }

        return _batch.AsSpan(0, count);
    }

    /// <summary>
    /// Takes a datagram to send, perhaps together with those that follow until <see cref="Flush"/>. Guarded by the
    /// host's gate.
    /// </summary>
    public void Send(ReadOnlySpan<byte> datagram, TransportAddress remote)
    {
        if (IsAllowed(remote)) _sends.Add(datagram, remote);
    }

    /// <summary>
    /// Has everything sent that was taken; false when the system has no way for the last of it. Guarded by the host's
    /// gate.
    /// </summary>
    public bool Flush() => _sends.Flush();

    /// <summary>
    /// Puts a new socket on the same port in the place of one that fails. Guarded by the host's gate.
    /// </summary>
    public bool TryRebind()
    {
        _socket.Dispose();
        try
        {
            _socket = _isWildcard ? BindAll(LocalEndPoint.Port) : Bind(LocalEndPoint);
            _sends = new SendBatch(_socket);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Whether this address may be spoken with.</summary>
    public bool IsAllowed(TransportAddress remote) => !_isLocalOnly || LocalNetwork.Contains(remote);

    public void Dispose() => _socket.Dispose();

    private static Socket BindAll(int port)
    {
        if (!Socket.OSSupportsIPv6) return Bind(new IPEndPoint(IPAddress.Any, port));
        try
        {
            return Bind(new IPEndPoint(IPAddress.IPv6Any, port));
        }
        catch (SocketException cause) when (cause.SocketErrorCode != SocketError.AddressAlreadyInUse)
        {
            // A kernel may know IPv6 and have it switched off.
            return Bind(new IPEndPoint(IPAddress.Any, port));
        }
    }

    private static Socket Bind(IPEndPoint endPoint)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (endPoint.Address.Equals(IPAddress.IPv6Any)) socket.DualMode = true;
            socket.ReceiveBufferSize = SocketBuffer;
            socket.SendBufferSize = SocketBuffer;
            socket.Bind(endPoint);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }
}
