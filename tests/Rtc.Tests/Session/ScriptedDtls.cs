using QuicPair.Rtc.Dtls;
using QuicPair.Rtc.Machine;

namespace QuicPair.Rtc.Tests.Session;

/// <summary>
/// A handshake without cryptography but with the flow of DTLS 1.2: hello, the server's flight with its
/// certificate, the client's flight with its own and a protected Finished, the server's Finished. Lost
/// flights are repeated.
/// </summary>
internal sealed class ScriptedDtls(byte[] certificate) : IDtls
{
    private const byte Hello = 1;
    private const byte ServerFlight = 2;
    private const byte ClientFlight = 3;

    private readonly Queue<byte[]> _outgoing = new();
    private RecordLayer? _layer;
    private DtlsParameters? _parameters;
    private byte[]? _peerCertificate;
    private ulong _clearSequence;
    private TimeSpan _repeat;

    public Instant? NextTimeout { get; private set; }

    public bool IsComplete { get; private set; }

    public ReadOnlyMemory<byte> PeerCertificate => IsComplete ? _peerCertificate : default;

    public DtlsFailure? Failure { get; private set; }

    RecordLayer? IDtls.Records => IsComplete ? _layer : null;

    public void Start(Instant now, DtlsParameters parameters)
    {
        _parameters = parameters;
        _layer = new RecordLayer(Keys());
        _repeat = parameters.RoundTrip * 2;
        if (parameters.Role == DtlsRole.Client) Repeat(now);
    }

    public void HandleRecords(Instant now, ReadOnlySpan<byte> records)
    {
        while (RecordHeader.TryParse(records, out var header))
        {
            var body = records[RecordHeader.Length..header.RecordLength];
            if (header.Epoch == 0) HandleClear(now, body);
            else if (_peerCertificate is not null) Finish();
            records = records[header.RecordLength..];
        }
    }

    public void HandleTimeout(Instant now)
    {
        if (NextTimeout <= now) Repeat(now);
    }

    public bool TryRepeatLastFlight()
    {
        if (IsClient) return false;
        _outgoing.Enqueue(Protected());
        return true;
    }

    public bool TryTransmit(Instant now, Span<byte> destination, out int length)
    {
        var taken = _outgoing.TryDequeue(out var datagram);
        datagram?.CopyTo(destination);
        length = datagram?.Length ?? 0;
        return taken;
    }

    public void Dispose() => _layer?.Dispose();

    private bool IsClient => _parameters!.Role == DtlsRole.Client;

    private void HandleClear(Instant now, ReadOnlySpan<byte> body)
    {
        if (!IsClient && body[0] == Hello) _outgoing.Enqueue(Clear(ServerFlight));
        var expected = IsClient ? ServerFlight : ClientFlight;
        if (body[0] != expected || _peerCertificate is not null) return;
        _peerCertificate = body[1..].ToArray();
        if (IsClient) Repeat(now);
    }

    private void Repeat(Instant now)
    {
        byte[] datagram = _peerCertificate is null ? Clear(Hello) : [.. Clear(ClientFlight), .. Protected()];
        _outgoing.Enqueue(datagram);
        NextTimeout = now + _repeat;
        _repeat *= 2;
    }

    private void Finish()
    {
        if (IsComplete || Failure is not null) return;
        NextTimeout = null;
        if (!_parameters!.PeerFingerprints.Any(expected => expected.Matches(_peerCertificate)))
        {
            Failure = DtlsFailure.FingerprintMismatch;
            return;
        }

        IsComplete = true;
        _ = TryRepeatLastFlight();
    }

    private byte[] Clear(byte kind)
    {
        var record = new byte[RecordHeader.Length + 1 + certificate.Length];
        var header = new RecordHeader(
            ContentType.Handshake, RecordHeader.Dtls12, 0, _clearSequence++, 1 + certificate.Length);
        header.Write(record);
        record[RecordHeader.Length] = kind;
        certificate.CopyTo(record, RecordHeader.Length + 1);
        return record;
    }

    private byte[] Protected()
    {
        var record = new byte[RecordLayer.Overhead + 1];
        _ = _layer!.Seal(ContentType.Handshake, [20], record);
        return record;
    }

    private DtlsKeys Keys()
    {
        byte[] client = [.. Enumerable.Repeat((byte)1, 16)];
        byte[] server = [.. Enumerable.Repeat((byte)2, 16)];
        return new DtlsKeys
        {
            WriteKey = IsClient ? client : server,
            WriteSalt = [1, 2, 3, 4],
            ReadKey = IsClient ? server : client,
            ReadSalt = [1, 2, 3, 4],
        };
    }
}
