using System.Collections.Immutable;
using QuicPair.Rtc.Dtls.Messages;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Dtls.Handshake;

/// <summary>
/// DTLS 1.2 (RFC 6347) as WebRTC needs it and nothing else: ECDHE with ECDSA certificates on both sides that are
/// known by their fingerprints, AES-GCM, extended master secret; no renegotiation, no resumption, no
/// compression, no tickets. What cannot be read is dropped; what can be read and is wrong ends the handshake.
/// </summary>
public sealed class DtlsHandshake(DtlsIdentity identity, IEntropy entropy) : IDtls
{
    private const byte Fatal = 2;
    private const ushort ProtectedEpoch = 1;

    private readonly Reassembly _incoming = new();
    private readonly EarlyRecords _early = new();
    private HandshakeContext? _context;
    private IHandshakeRole? _role;
    private RetransmissionTimer? _timer;
    private AlertDescription? _alert;

    /// <inheritdoc/>
    public Instant? NextTimeout => _timer is not { } timer || IsOver
        ? null
        : Instant.Earliest(timer.Deadline, timer.GiveUpAt);

    /// <inheritdoc/>
    public bool IsComplete => _context?.IsComplete == true;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> PeerCertificate => IsComplete ? _context!.Peer!.Certificate : default;

    /// <inheritdoc/>
    public DtlsFailure? Failure { get; private set; }

    /// <summary>The suites that are spoken, the preferred one first.</summary>
    internal ImmutableArray<CipherSuite> Suites { get; init; } =
        [CipherSuite.EcdheEcdsaAes128GcmSha256, CipherSuite.EcdheEcdsaAes256GcmSha384];

    /// <inheritdoc/>
    RecordLayer? IDtls.Records => _context is { HasFinished: true } ? _context.Records : null;

    private bool IsOver => IsComplete || Failure is not null;

    /// <inheritdoc/>
    public void Start(Instant now, DtlsParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (_context is not null || Failure is not null) return;
        _context = new HandshakeContext(identity, entropy, parameters, Suites);
        _role = parameters.Role == DtlsRole.Client
            ? new ClientHandshake(_context)
            : new ServerHandshake(_context);
        _timer = new RetransmissionTimer(parameters.RoundTrip);
        _timer.Start(now);
        _role.Start();
        if (!_context.Flight.IsEmpty) _timer.HelloSent(now);
    }

    /// <inheritdoc/>
    public void HandleRecords(Instant now, ReadOnlySpan<byte> records)
    {
        while (_context is not null && !IsOver && RecordHeader.TryParse(records, out var header))
        {
            HandleRecord(now, header, records[..header.RecordLength]);
            records = records[header.RecordLength..];
        }
    }

    /// <inheritdoc/>
    public bool TryRepeatLastFlight()
    {
        if (_context is not { IsComplete: true, Flight.IsEmpty: false }) return false;
        _context.Flight.Rewind();
        return true;
    }

    /// <inheritdoc/>
    public void HandleTimeout(Instant now)
    {
        if (_timer is not { } timer || IsOver) return;
        if (timer.GiveUpAt <= now) Fail(DtlsFailure.Timeout);
        else if (timer.TryExpire(now)) _context!.Flight.Rewind();
    }

    /// <inheritdoc/>
    public bool TryTransmit(Instant now, Span<byte> destination, out int length)
    {
        length = 0;
        if (_context is not { } context) return false;
        if (context.Flight.TryPack(destination, context.Records, out length)) return true;
        if (_alert is not { } alert) return false;
        _alert = null;
        byte[] body = [Fatal, (byte)alert];
        length = context.HasFinished
            ? context.Records!.Seal(ContentType.Alert, body, destination)
            : context.Flight.WriteClear(ContentType.Alert, body, destination);
        return length > 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!IsOver) Failure = DtlsFailure.Aborted;
        _context?.Dispose();
        _context = null;
    }

    private void HandleRecord(Instant now, RecordHeader header, ReadOnlySpan<byte> record)
    {
        if (header.Epoch == 0)
        {
            HandleContent(now, header.Type, record[RecordHeader.Length..], isProtected: false);
        }
        else if (header.Epoch != ProtectedEpoch)
        {
            // Nothing here begins a second epoch with keys.
            return;
        }
        else if (_context!.Records is not { } records)
        {
            _ = _early.TryKeep(record);
        }
        else if (records.TryOpen(header, record.ToArray(), out var opened))
        {
            HandleContent(now, header.Type, opened, isProtected: true);
        }
    }

    private void HandleContent(Instant now, ContentType type, ReadOnlySpan<byte> body, bool isProtected)
    {
        // change_cipher_spec says nothing that the epoch of a record does not say, and changes nothing here.
        if (type == ContentType.Handshake) HandleFragments(now, body, isProtected);
        else if (type == ContentType.Alert && body is [Fatal, _] or [_, 0]) Fail(DtlsFailure.AlertReceived);
    }

    private void HandleFragments(Instant now, ReadOnlySpan<byte> body, bool isProtected)
    {
        var reader = new SpanReader(body);
        while (reader.Remaining > 0)
        {
            if (!MessageHeader.TryParse(ref reader, out var header)) return;
            if (!reader.TryReadBytes(header.FragmentLength, out var fragment)) return;

            // Only Finished is protected, and it always is.
            if (isProtected != (header.Type == HandshakeType.Finished)) continue;
            if (header.Sequence < _incoming.Next) HandleRepetition(now, header.Type);
            else if (_incoming.TryAdd(header, fragment)) HandleMessages(now);
        }
    }

    private void HandleRepetition(Instant now, HandshakeType type)
    {
        if (_role!.EndsFlight(type) && _timer!.TryAnswerRepetition(now)) _context!.Flight.Rewind();
    }

    private void HandleMessages(Instant now)
    {
        var context = _context!;
        while (!IsOver && _incoming.TryTake(out var message))
        {
            var hadRecords = context.Records is not null;
            var alert = _role!.Check(message, out var isSaid);
            if (alert is null && isSaid)
            {
                context.Transcript.Add(message.Type, message.Sequence, message.Body);
                alert = _role.Continue(message.Type);
            }

            if (alert is { } wrong)
            {
                _alert = wrong;
                Fail(context.Refusal ?? DtlsFailure.ProtocolError);
                return;
            }

            if (!isSaid || _role.EndsFlight(message.Type)) _timer!.FlightSent(now);
            if (!hadRecords && context.Records is not null) HandleEarly(now);
        }

        if (IsComplete) context.EraseSecrets();
    }

    /// <summary>Records of epoch 1 that overtook what their keys are made of.</summary>
    private void HandleEarly(Instant now)
    {
        while (!IsOver && _early.TryTake(out var record))
        {
            if (RecordHeader.TryParse(record, out var header)) HandleRecord(now, header, record);
        }
    }

    private void Fail(DtlsFailure failure)
    {
        Failure ??= failure;
        _context?.Flight.Clear();
        _context?.EraseSecrets();
    }
}
