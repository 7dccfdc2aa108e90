using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace QuicPair.Rtc.Sockets.Gathering.Relays;

/// <summary>TCP to a TURN server, with TLS or without. One thread reads, one writes; the loop never waits.</summary>
internal sealed class StreamRelayTransport : IRelayTransport
{
    // Ours: for the connection, the TLS handshake and each write.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Socket _socket;
    private readonly IPEndPoint _server;
    private readonly string? _tlsName;
    private readonly X509Certificate2Collection? _roots;
    private readonly IRelayReceiver _receiver;
    private readonly SendRing _ring = new();
    private readonly StreamMessages _messages = new();
    private Stream? _stream;

    /// <param name="server">Where it listens.</param>
    /// <param name="from">The address to connect from; null for any.</param>
    /// <param name="tlsName">The name that its certificate must have; null for TCP without TLS.</param>
    /// <param name="roots">Further certificates that are trusted to sign the server's.</param>
    /// <param name="receiver">Gets what comes in.</param>
    public StreamRelayTransport(
        IPEndPoint server, IPAddress? from, string? tlsName, X509Certificate2Collection? roots, IRelayReceiver receiver)
    {
        (_server, _tlsName, _roots, _receiver) = (server, tlsName, roots, receiver);
        _socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (from is not null) _socket.Bind(new IPEndPoint(from, 0));
        new Thread(Run) { IsBackground = true, Name = "TURN" }.Start();
    }

    public bool TrySend(ReadOnlySpan<byte> message) => _ring.TryAdd(message);

    public void Dispose()
    {
        _ring.Close();
        _socket.Dispose();
    }

    private void Run()
    {
        try
        {
            _stream = Connect();
            new Thread(Write) { IsBackground = true, Name = "TURN" }.Start();
            _receiver.OnConnected();
            Read(_stream);
        }
        catch (Exception cause) when (IsEnd(cause))
        {
            // The server is not there, is not who it should be, or is gone.
        }

        Dispose();
        _stream?.Dispose();
        _receiver.OnClosed();
    }

    private Stream Connect()
    {
        var connecting = _socket.BeginConnect(_server, null, null);
        if (!connecting.AsyncWaitHandle.WaitOne(Patience)) throw new SocketException((int)SocketError.TimedOut);
        _socket.EndConnect(connecting);
        _socket.SendTimeout = (int)Patience.TotalMilliseconds;
        var plain = new NetworkStream(_socket, ownsSocket: true);
        if (_tlsName is null) return plain;

        _socket.ReceiveTimeout = (int)Patience.TotalMilliseconds;
        var secure = new SslStream(plain, leaveInnerStreamOpen: false);
        secure.AuthenticateAsClient(new SslClientAuthenticationOptions
        {
            TargetHost = _tlsName,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            CertificateChainPolicy = Policy(),
        });
        _socket.ReceiveTimeout = 0;
        return secure;
    }

    /// <summary>Null means the system's roots and nothing else.</summary>
    private X509ChainPolicy? Policy()
    {
        if (_roots is not { Count: > 0 }) return null;
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.AddRange(_roots);
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
        }
        catch (Exception cause) when (IsEnd(cause))
        {
            Dispose();
        }
    }

    private static bool IsEnd(Exception cause) => cause is IOException or SocketException or ObjectDisposedException
        or AuthenticationException or InvalidOperationException;
}
