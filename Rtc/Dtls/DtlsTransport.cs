using QuicPair.Rtc.Dtls.Messages;
using QuicPair.Rtc.Machine;

namespace QuicPair.Rtc.Dtls;

/// <summary>
/// One DTLS association: the handshake behind <see cref="IDtls"/>, then a record layer of its own. Drive it
/// like this: after <see cref="HandleDatagram"/> call <see cref="TryReceive"/> until false; after anything
/// call <see cref="TryTransmit"/> until false, then look at <see cref="State"/> (the first look at
/// <see cref="DtlsState.Connected"/> is followed by <see cref="TryReceive"/>, as application data may have
/// come early).
/// </summary>
public sealed class DtlsTransport : IDisposable
{
    /// <summary>
    /// The largest datagram of the handshake, in bytes: fits the smallest path that WebRTC expects.
    /// </summary>
    public const int MaximumFlightDatagram = 1_200;

    /// <summary>Bytes that <see cref="TrySeal"/> adds.</summary>
    public const int SealOverhead = RecordLayer.Overhead;

    /// <summary>
    /// Where <see cref="TrySeal"/> puts the ciphertext; a plaintext that stands there already is sealed in
    /// place.
    /// </summary>
    public const int SealOffset = RecordLayer.PlaintextOffset;

    // Ours: an Ethernet datagram and some; WebRTC peers send at most 1,280 bytes.
    private const int MaximumDatagram = 2_048;

    private static readonly byte[] CloseNotify = [1, 0];

    private readonly IDtls _handshake;
    private readonly EarlyRecords _early = new();
    private readonly byte[] _datagram = new byte[MaximumDatagram];
    private RecordLayer? _records;
    private int _position;
    private int _length;
    private bool _owesCloseNotify;
    private DtlsCounters _counters;

    /// <summary>An association whose handshake is <paramref name="handshake"/>, which it owns.</summary>
    public DtlsTransport(IDtls handshake) => _handshake = handshake;

    /// <summary>Where the association is.</summary>
    public DtlsState State { get; private set; }

    /// <summary>Why it has failed.</summary>
    public DtlsFailure? Failure { get; private set; }

    /// <summary>The certificate that the peer has proved to own (DER), once connected.</summary>
    public ReadOnlyMemory<byte> PeerCertificate { get; private set; }

    /// <summary>
    /// Whether <see cref="TrySeal"/> works. A client may seal half a round trip before it is
    /// <see cref="DtlsState.Connected"/>: the server has proved who it is, but not yet that it saw the same
    /// handshake, so nothing secret belongs there (RFC 7918, section 3).
    /// </summary>
    public bool CanSeal => _records is not null && State is DtlsState.Handshaking or DtlsState.Connected;

    /// <summary>What happened so far.</summary>
    public DtlsCounters Counters => _counters;

    /// <summary>The next time to call <see cref="HandleTimeout"/>.</summary>
    public Instant? NextTimeout => State == DtlsState.Handshaking ? _handshake.NextTimeout : null;

    /// <summary>Whether the first byte of a datagram says DTLS (RFC 7983, section 7).</summary>
    public static bool IsDtls(ReadOnlySpan<byte> datagram) => datagram is [>= 20 and <= 63, ..];

    /// <summary>Starts the handshake, on what has already arrived.</summary>
    public void Start(Instant now, DtlsParameters parameters)
    {
        if (State != DtlsState.New) return;
        State = DtlsState.Handshaking;
        _handshake.Start(now, parameters);
        var waiting = new List<byte[]>();
        while (_early.TryTake(out var records)) waiting.Add(records);
        foreach (var records in waiting) SortHandshakeRecords(now, records);
        Update();
    }

    /// <summary>Takes a datagram from an address that ICE has validated.</summary>
    public void HandleDatagram(Instant now, ReadOnlySpan<byte> datagram)
    {
        Update();
        if (datagram.Length > MaximumDatagram || State is DtlsState.Closed or DtlsState.Failed)
        {
            Drop();
        }
        else if (State == DtlsState.New)
        {
            Keep(datagram);
        }
        else if (State == DtlsState.Handshaking)
        {
            SortHandshakeRecords(now, datagram);
            Update();
        }
        else
        {
            DropUnread();
            datagram.CopyTo(_datagram);
            (_position, _length) = (0, datagram.Length);
        }
    }

    /// <summary>
    /// Lets time pass; also to be called when the handshake's driver says that there is something to take.
    /// </summary>
    public void HandleTimeout(Instant now)
    {
        if (State == DtlsState.Handshaking) _handshake.HandleTimeout(now);
        Update();
    }

    /// <summary>Takes the next piece of application data; it is valid until the next call.</summary>
    public bool TryReceive(out ReadOnlySpan<byte> plaintext)
    {
        plaintext = default;
        while (State == DtlsState.Connected && TryNextRecord(out var header, out var record))
        {
            if (!_records!.TryOpen(header, record, out var opened))
            {
                Drop();
                continue;
            }

            _counters = _counters with { OpenedRecords = _counters.OpenedRecords + 1 };
            if (header.Type == ContentType.ApplicationData)
            {
                plaintext = opened;
                return true;
            }

            HandleControlRecord(header.Type, opened);
        }

        return false;
    }

    /// <summary>Takes the next datagram of handshake or alert records.</summary>
    public bool TryTransmit(Instant now, Span<byte> destination, out int length)
    {
        Update();
        if (_handshake.TryTransmit(now, destination, out length)) return true;
        if (!_owesCloseNotify || _records is null) return false;
        _owesCloseNotify = false;
        length = _records.Seal(ContentType.Alert, CloseNotify, destination);
        return length > 0;
    }

    /// <summary>
    /// Seals one datagram of application data; false unless <see cref="CanSeal"/>.
    /// <paramref name="plaintext"/> may stand at <see cref="SealOffset"/> of <paramref name="destination"/>, which
    /// needs <see cref="SealOverhead"/>
    /// bytes more than it.
    /// </summary>
    public bool TrySeal(ReadOnlySpan<byte> plaintext, Span<byte> destination, out int length)
    {
        length = 0;
        if (!CanSeal || _records!.IsExhausted) return false;
        length = _records.Seal(ContentType.ApplicationData, plaintext, destination);
        _counters = _counters with { SealedRecords = _counters.SealedRecords + 1 };
        return true;
    }

    /// <summary>
    /// Ends the association; a close_notify alert follows from <see cref="TryTransmit"/> when there are keys.
    /// </summary>
    public void Close()
    {
        if (State is DtlsState.Closed or DtlsState.Failed) return;
        _owesCloseNotify = State == DtlsState.Connected;
        if (State != DtlsState.Connected) _handshake.Dispose();
        State = DtlsState.Closed;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _handshake.Dispose();
        _records = null;
        if (State is not DtlsState.Failed) State = DtlsState.Closed;
    }

    /// <summary>
    /// Gives the handshake its records and keeps application data, which may overtake the end of the
    /// handshake.
    /// </summary>
    private void SortHandshakeRecords(Instant now, ReadOnlySpan<byte> datagram)
    {
        var start = 0;
        var position = 0;
        while (position < datagram.Length && RecordHeader.TryParse(datagram[position..], out var header))
        {
            var next = position + header.RecordLength;
            if (header.Type == ContentType.ApplicationData)
            {
                if (position > start) _handshake.HandleRecords(now, datagram[start..position]);
                Keep(datagram[position..next]);
                start = next;
            }

            position = next;
        }

        if (position > start) _handshake.HandleRecords(now, datagram[start..position]);
        if (position < datagram.Length) Drop();
    }

    private void Update()
    {
        if (State != DtlsState.Handshaking) return;
        _records = _handshake.Records;
        if (_handshake.Failure is { } failure)
        {
            (State, Failure) = (DtlsState.Failed, failure);
        }
        else if (_handshake.IsComplete)
        {
            PeerCertificate = _handshake.PeerCertificate;
            State = DtlsState.Connected;
        }
    }

    private bool TryNextRecord(out RecordHeader header, out Span<byte> record)
    {
        if (_position >= _length && _early.TryTake(out var kept))
        {
            kept.CopyTo(_datagram.AsSpan());
            (_position, _length) = (0, kept.Length);
        }

        var rest = _datagram.AsSpan(_position.._length);
        record = default;
        if (!RecordHeader.TryParse(rest, out header))
        {
            if (rest.Length > 0) Drop();
            _position = _length;
            return false;
        }

        record = rest[..header.RecordLength];
        _position += header.RecordLength;
        return true;
    }

    private void HandleControlRecord(ContentType type, ReadOnlySpan<byte> body)
    {
        if (type == ContentType.Handshake && body is [(byte)HandshakeType.Finished, ..])
        {
            // It is authentic, so the peer repeats it because it has not got ours (RFC 6347, section 4.2.4).
            if (!_handshake.TryRepeatLastFlight()) return;
            _counters = _counters with { LastFlightsRepeated = _counters.LastFlightsRepeated + 1 };
        }
        else if (type == ContentType.Alert && body is [2, _] or [_, 0])
        {
            State = DtlsState.Closed;
        }
    }

    private void Keep(ReadOnlySpan<byte> records)
    {
        if (records.Length > MaximumDatagram || !_early.TryKeep(records)) Drop();
        else _counters = _counters with { EarlyRecords = _counters.EarlyRecords + 1 };
    }

    private void DropUnread()
    {
        if (_position < _length) Drop();
        (_position, _length) = (0, 0);
    }

    private void Drop() => _counters = _counters with { DroppedRecords = _counters.DroppedRecords + 1 };
}
