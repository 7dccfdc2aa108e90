using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace QuicPair.Rtc.Sockets.Gathering.Relays;

/// <summary>
/// TCP to a TURN server, with TLS or without. One thread reads, one writes; the loop never waits. What was taken before
/// the disposal still leaves, if the server takes it soon.
/// </summary>
internal sealed class StreamRelayTransport : IRelayTransport
{
    // Ours: for the connection together with the TLS handshake, and for each write.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // Ours: for the last words.
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    private readonly Socket _socket;
    private readonly RelayAddress _way;
    private readonly TimeProvider _clock;
    private readonly IRelayReceiver _receiver;
    private readonly SendRing _ring = new();
    private readonly StreamMessages _messages = new();
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private Stream? _stream;
    private ITimer? _farewell;
    private bool _isOpen;
    private bool _isCut;

    /// <param name="server">Where it listens.</param>
    /// <param name="way">The address to connect from, and what its certificate must show.</param>
    /// <param name="clock">Measures how long the server is waited for.</param>
    /// <param name="receiver">Gets what comes in.</param>
    public StreamRelayTransport(IPEndPoint server, RelayAddress way, TimeProvider clock, IRelayReceiver receiver)
    {
        (_way, _clock, _receiver) = (way, clock, receiver);
        _socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (way.From is not null) _socket.Bind(new IPEndPoint(way.From, 0));
        new Thread(() => Run(server)) { IsBackground = true, Name = "TURN" }.Start();
    }

    public IPAddress? LocalAddress { get; private set; }

    public Task Closed => _closed.Task;

    public bool TrySend(ReadOnlySpan<byte> message) => _ring.TryAdd(message);

    public void Dispose()
    {
        _ring.Close();
        lock (_gate)
        {
            if (_isCut || _farewell is not null) return;
            if (_isOpen)
            {
                _farewell = _clock.CreateTimer(
                    static transport => ((StreamRelayTransport)transport!).Cut(),
                    this,
                    Farewell,
                    Timeout.InfiniteTimeSpan);
                return;
            }
        }

        Cut();
    }

    private void Run(IPEndPoint server)
    {
        try
        {
            _stream = Connect(server);
            lock (_gate) _isOpen = true;
            new Thread(Write) { IsBackground = true, Name = "TURN" }.Start();
            _receiver.OnConnected();
            Read(_stream);
        }
        catch (Exception cause) when (IsEnd(cause))
        {
            // The server is not there, is not who it should be, or is gone.
        }

        Cut();
        _stream?.Dispose();
        _receiver.OnClosed();
        _closed.TrySetResult();
    }

    /// <summary>Ends the connection, whatever is still to be sent.</summary>
    private void Cut()
    {
        lock (_gate)
        {
            _isCut = true;
            _farewell?.Dispose();
        }

        _ring.Close();
        _socket.Dispose();
    }

    private Stream Connect(IPEndPoint server)
    {
        // One for all of it: a server that says a byte now and then is no better than a silent one.
        using var deadline = new CancellationTokenSource(Patience, _clock);
        _socket.ConnectAsync(server, deadline.Token).AsTask().GetAwaiter().GetResult();
        LocalAddress = ((IPEndPoint)_socket.LocalEndPoint!).Address;
        _socket.SendTimeout = (int)Patience.TotalMilliseconds;
        var plain = new NetworkStream(_socket, ownsSocket: true);
        if (_way.TlsName is null) return plain;

        var secure = new SslStream(plain, leaveInnerStreamOpen: false);
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = _way.TlsName,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            CertificateChainPolicy = Policy(),
        };
        secure.AuthenticateAsClientAsync(options, deadline.Token).GetAwaiter().GetResult();
        return secure;
    }

    /// <summary>Null means the system's roots and nothing else.</summary>
    private X509ChainPolicy? Policy()
    {
        if (_way.Roots is not { Count: > 0 } roots) return null;
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.AddRange(roots);
        return policy;
    }

    private void Read(Stream stream)
    {
        while (true)
        {
            var count = stream.Read(_messages.Free);
            if (count == 0) return;
            _messages.Added(count);
            bool isBroken;
            while (_messages.TryTake(out var message, out isBroken)) _receiver.OnMessage(message);
            if (isBroken) return;
        }
    }

    private void Write()
    {
        try
        {
            while (_ring.Wait() is { IsEmpty: false } bytes)
            {
                _stream!.Write(bytes);
                _ring.Remove(bytes.Length);
            }

            // Without it the system throws away what has not left yet. The server's own end is what Read waits for.
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception cause) when (IsEnd(cause))
        {
            Cut();
        }
    }

    private static bool IsEnd(Exception cause) => cause is IOException or SocketException or ObjectDisposedException
        or AuthenticationException or InvalidOperationException or OperationCanceledException;
}
