using QuicPair.Rtc.Dtls;
using QuicPair.Rtc.Dtls.Handshake;
using QuicPair.Rtc.Dtls.Messages;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Tests.Dtls.Handshake;

/// <summary>
/// A server that asks for a cookie before anything else (RFC 6347, section 4.2.1), as ours never does. Once it has
/// the right one it goes on as ours. It repeats nothing, and a message that is wrong ends it without an alert.
/// </summary>
internal sealed class CookieServer(DtlsIdentity identity, IEntropy entropy) : IDtls
{
    /// <summary>What a hello has to bring.</summary>
    public static readonly byte[] Cookie = [0xC0, 0x0C, 0x1E, 0x5A];

    // Behind version and random number, in the body of a hello: the length of the session id.
    private const int BehindRandom = 34;

    private readonly Reassembly _incoming = new();
    private HandshakeContext? _context;
    private ServerHandshake? _server;
    private bool _hasCookie;

    /// <summary>How often it has asked.</summary>
    public int Requests { get; private set; }

    public Instant? NextTimeout => null;

    public bool IsComplete => _context?.IsComplete == true;

    public ReadOnlyMemory<byte> PeerCertificate => IsComplete ? _context!.Peer!.Certificate : default;

    public DtlsFailure? Failure { get; private set; }

    RecordLayer? IDtls.Records => _context is { HasFinished: true } ? _context.Records : null;

    public void Start(Instant now, DtlsParameters parameters)
    {
        _context = new HandshakeContext(
            identity, entropy, parameters, [CipherSuite.EcdheEcdsaAes128GcmSha256]);
        _server = new ServerHandshake(_context);
    }

    public void HandleRecords(Instant now, ReadOnlySpan<byte> records)
    {
        while (!IsComplete && Failure is null && RecordHeader.TryParse(records, out var header))
        {
            var record = records[..header.RecordLength];
            records = records[header.RecordLength..];
            if (header.Type != ContentType.Handshake) continue;
            if (header.Epoch == 0)
            {
                HandleMessage(record[RecordHeader.Length..]);
            }
            else if (_context!.Records is { } keys && keys.TryOpen(header, record.ToArray(), out var opened))
            {
                HandleMessage(opened);
            }
        }
    }

    public void HandleTimeout(Instant now)
    {
    }

    public bool TryRepeatLastFlight() => false;

    public bool TryTransmit(Instant now, Span<byte> destination, out int length)
    {
        length = 0;
        return _context is { } context && context.Flight.TryPack(destination, context.Records, out length);
    }

    public void Dispose() => _context?.Dispose();

    private void HandleMessage(ReadOnlySpan<byte> content)
    {
        var reader = new SpanReader(content);
        if (!MessageHeader.TryParse(ref reader, out var header)
            || !reader.TryReadBytes(header.FragmentLength, out var fragment)
            || !_incoming.TryAdd(header, fragment))
        {
            return;
        }

        while (Failure is null && _incoming.TryTake(out var message)) Take(message);
    }

    private void Take(in HandshakeMessage message)
    {
        var context = _context!;
        if (!_hasCookie)
        {
            // What was said before the right cookie is forgotten.
            context.StartAnew();
            _hasCookie = message.Type == HandshakeType.ClientHello && BringsCookie(message.Body);
            if (!_hasCookie)
            {
                Ask(context);
                return;
            }
        }

        var alert = _server!.Check(message, out _);
        if (alert is null)
        {
            context.Transcript.Add(message.Type, message.Sequence, message.Body);
            alert = _server.Continue(message.Type);
        }

        if (alert is not null) Failure = DtlsFailure.ProtocolError;
    }

    private void Ask(HandshakeContext context)
    {
        Requests++;
        context.Send(HandshakeType.HelloVerifyRequest, (ref writer) =>
        {
            // The version is that of DTLS 1.0, whatever is spoken afterwards.
            writer.WriteUInt16(0xFEFF);
            writer.WriteByte((byte)Cookie.Length);
            writer.WriteBytes(Cookie);
        });
    }

    private static bool BringsCookie(byte[] hello) => hello.Length >= BehindRandom + 2 + Cookie.Length
        && hello[BehindRandom] == 0
        && hello[BehindRandom + 1] == Cookie.Length
        && hello.AsSpan(BehindRandom + 2, Cookie.Length).SequenceEqual(Cookie);
}
