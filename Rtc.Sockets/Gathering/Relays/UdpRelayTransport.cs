using System.Net;
using System.Net.Sockets;

namespace QuicPair.Rtc.Sockets.Gathering.Relays;

/// <summary>
/// A UDP socket of its own for one allocation: a server tells allocations apart by our port, and a new one with new
/// credentials must be there before the former one goes.
/// </summary>
internal sealed class UdpRelayTransport : IRelayTransport
{
    // Ours.
    private const int SocketBuffer = 1 << 20;
    private const int MessageLength = 2_048;
    private const int MaximumErrors = 100;

    private readonly Socket _socket;
    private readonly IRelayReceiver _receiver;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(MessageLength, pinned: true);

    /// <exception cref="SocketException">There is no way to the server.</exception>
    public UdpRelayTransport(IPEndPoint server, IPAddress? from, IRelayReceiver receiver)
    {
        _receiver = receiver;
        _socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            _socket.ReceiveBufferSize = SocketBuffer;
            _socket.SendBufferSize = SocketBuffer;
            if (from is not null) _socket.Bind(new IPEndPoint(from, 0));
            _socket.Connect(server);
            LocalAddress = ((IPEndPoint)_socket.LocalEndPoint!).Address;
        }
        catch (SocketException)
        {
            _socket.Dispose();
            throw;
        }

        new Thread(Run) { IsBackground = true, Name = "TURN" }.Start();
    }

    public IPAddress? LocalAddress { get; }

    public Task Closed => Task.CompletedTask;

    public bool TrySend(ReadOnlySpan<byte> message)
    {
        try
        {
            return _socket.Send(message, SocketFlags.None) == message.Length;
        }
        catch (Exception cause) when (cause is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    public void Dispose() => _socket.Dispose();

    private void Run()
    {
        _receiver.OnConnected();
        for (var errors = 0; errors < MaximumErrors;)
        {
            try
            {
                var length = _socket.Receive(_buffer, SocketFlags.None);
                errors = 0;
                _receiver.OnMessage(_buffer.AsSpan(0, length));
            }
            catch (SocketException cause) when (cause.SocketErrorCode is not
                (SocketError.OperationAborted or SocketError.Interrupted or SocketError.NotSocket))
            {
                // The server's port is closed for the moment, or the message was too long.
                errors++;
            }
            catch (Exception cause) when (cause is SocketException or ObjectDisposedException)
            {
                break;
            }
        }

        _receiver.OnClosed();
    }
}
