using Org.BouncyCastle.Tls;
using QuicPair.Rtc.Dtls;
using QuicPair.Rtc.Machine;

namespace QuicPair.Rtc.Sockets.Dtls;

/// <summary>
/// A handshake by BouncyCastle, whose calls block: it runs on one of <see cref="HandshakeThreads"/> and calls
/// <paramref name="hasNews"/> from there when there is something to take. A server takes a thread when the
/// first record arrives, so a peer that never speaks costs none.
/// </summary>
internal sealed class BouncyCastleDtls(LocalCertificate certificate, HandshakeThreads threads, Action hasNews)
    : IDtls
{
    private HandshakeTransport? _transport;
    private DtlsParameters? _parameters;
    private bool _isRunning;
    private bool _isDisposed;
    private volatile DtlsResult? _result;
    private volatile Failed? _failed;

    public Instant? NextTimeout => null;

    public DtlsResult? Result => _result;

    public DtlsFailure? Failure => _failed?.Reason;

    public void Start(Instant now, DtlsParameters parameters)
    {
        if (_isDisposed) return;
        _parameters = parameters;
        _transport = new HandshakeTransport(parameters, hasNews);
        if (parameters.Role == DtlsRole.Client) RunOnce();
    }

    public void HandleRecords(Instant now, ReadOnlySpan<byte> records)
    {
        _transport?.Enqueue(records);
        RunOnce();
    }

    public void HandleTimeout(Instant now)
    {
    }

    public bool TryTransmit(Instant now, Span<byte> destination, out int length)
    {
        length = 0;
        return _transport is { } transport && transport.TryDequeue(destination, out length);
    }

    public void Dispose()
    {
        _isDisposed = true;
        _transport?.Close();
    }

    private void RunOnce()
    {
        if (_isRunning || _isDisposed) return;
        if (_transport is not { } transport || _parameters is not { } parameters) return;
        _isRunning = true;
        threads.Run(() => Run(transport, parameters));
    }

    private void Run(HandshakeTransport transport, DtlsParameters parameters)
    {
        var crypto = new HandshakeCrypto(certificate, parameters.PeerFingerprints, transport.LetPeerEncrypt);
        try
        {
            var timing = HandshakeTiming.For(parameters.RoundTrip);
            if (parameters.Role == DtlsRole.Client)
            {
                new DtlsClientProtocol().Connect(new HandshakeClient(crypto, timing), transport);
            }
            else
            {
                var protocol = new DtlsServerProtocol { VerifyRequests = false };
                protocol.Accept(new HandshakeServer(crypto, timing), transport);
            }

            transport.Flush();
            var sentLast = parameters.Role == DtlsRole.Server;
            _result = new DtlsResult
            {
                Keys = crypto.Cipher!.Export(transport.NextEncryptedSequence),
                PeerCertificate = crypto.PeerCertificate!,
                LastFlight = sentLast ? [.. transport.LastFlight] : [],
            };
        }
        catch (Exception cause) when (cause is IOException or InvalidOperationException or ArgumentException)
        {
            _failed = new Failed(crypto.IsImpostor ? DtlsFailure.FingerprintMismatch : Explain(cause));
        }

        crypto.Cipher?.Release();
        transport.Flush();
    }

    private DtlsFailure Explain(Exception cause) => cause switch
    {
        _ when _isDisposed => DtlsFailure.Aborted,
        TlsTimeoutException => DtlsFailure.Timeout,
        TlsFatalAlertReceived => DtlsFailure.AlertReceived,
        _ => DtlsFailure.ProtocolError,
    };

    private sealed record Failed(DtlsFailure Reason);
}
