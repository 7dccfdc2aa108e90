using System.Buffers.Binary;
using Org.BouncyCastle.Tls;
using QuicPair.Rtc.Dtls;

namespace QuicPair.Rtc.Sockets.Dtls;

/// <summary>
/// What a blocking handshake reads from and writes to. It packs the records of one flight into as few
/// datagrams as fit, and hands records to the handshake one by one and in the only order that BouncyCastle
/// survives: once it has taken change_cipher_spec it ignores everything of epoch 0, repeated or not.
/// </summary>
internal sealed class HandshakeTransport(DtlsParameters parameters, Action hasOutput) : DatagramTransport
{
    private const int RecordHeaderLength = 13;
    private const int ReceiveLimit = 1 << 14;
    private const int MaximumDatagram = Rtc.Dtls.DtlsTransport.MaximumFlightDatagram;

    // Ours, in milliseconds: a server whose own ICE is a moment behind drops the first ClientHello. Until it has said
    // anything, the small message is repeated sooner than a whole flight would be.
    private const int FirstHelloRepeat = 10;
    private const int LastHelloRepeat = 20;

    // Ours: more than any flight has, so that a flood cannot grow the queues.
    private const int MaximumQueued = 32;

    private readonly object _gate = new();
    private readonly Queue<byte[]> _incoming = new();
    private readonly List<byte[]> _heldBack = [];
    private readonly Queue<byte[]> _outgoing = new();
    private readonly List<byte[]> _flight = [];
    private readonly byte[] _datagram = new byte[MaximumDatagram];
    private int _datagramLength;
    private bool _flightEnded;
    private bool _peerMayEncrypt;
    private bool _isClosed;
    private bool _hasHeardPeer;
    private int _helloRepeat = IsNear(parameters) ? FirstHelloRepeat : int.MaxValue;

    /// <summary>The lowest record number of epoch 1 that has not been sent.</summary>
    public ulong NextEncryptedSequence { get; private set; }

    /// <summary>The datagrams that were sent since the handshake last waited for the peer.</summary>
    public IReadOnlyList<byte[]> LastFlight => _flight;

    /// <summary>Takes the records of one datagram.</summary>
    public void Enqueue(ReadOnlySpan<byte> records)
    {
        lock (_gate)
        {
            _hasHeardPeer = true;
            while (records.Length >= RecordHeaderLength)
            {
                var length = RecordHeaderLength + BinaryPrimitives.ReadUInt16BigEndian(records[11..]);
                if (length > records.Length || _incoming.Count + _heldBack.Count >= MaximumQueued) break;
                var record = records[..length].ToArray();
                if (IsEncryptedOrChange(record)) _heldBack.Add(record);
                else _incoming.Enqueue(record);
                records = records[length..];
            }

            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Takes the next datagram to send.</summary>
    public bool TryDequeue(Span<byte> destination, out int length)
    {
        length = 0;
        lock (_gate)
        {
            if (!_outgoing.TryDequeue(out var datagram)) return false;
            datagram.CopyTo(destination);
            length = datagram.Length;
            return true;
        }
    }

    /// <summary>
    /// Says that everything of the peer's that precedes its change_cipher_spec has been taken.
    /// </summary>
    public void LetPeerEncrypt()
    {
        lock (_gate) _peerMayEncrypt = true;
    }

    /// <summary>Sends what is packed.</summary>
    public void Flush()
    {
        lock (_gate) FlushDatagram();
        hasOutput();
    }

    public int GetReceiveLimit() => ReceiveLimit;

    public int GetSendLimit() => MaximumDatagram;

    public int Receive(byte[] buf, int off, int len, int waitMillis) =>
        Receive(buf.AsSpan(off, len), waitMillis);

    public int Receive(Span<byte> buffer, int waitMillis)
    {
        Flush();
        var deadline = Environment.TickCount64 + waitMillis;
        while (true)
        {
            lock (_gate)
            {
                _flightEnded = true;
                if (TryWaitForRecord(buffer, deadline, out var length)) return length;
            }

            // Nothing came while the hello waited for its repetition.
            hasOutput();
        }
    }

    public void Send(byte[] buf, int off, int len) => Send(buf.AsSpan(off, len));

    public void Send(ReadOnlySpan<byte> buffer)
    {
        lock (_gate)
        {
            if (_flightEnded)
            {
                _flight.Clear();
                _flightEnded = false;
            }

            if (_datagramLength + buffer.Length > _datagram.Length) FlushDatagram();
            buffer.CopyTo(_datagram.AsSpan(_datagramLength));
            _datagramLength += buffer.Length;
            if (BinaryPrimitives.ReadUInt16BigEndian(buffer[3..]) != 1) return;

            var sequence = BinaryPrimitives.ReadUInt64BigEndian(buffer[3..]) & 0xFFFF_FFFF_FFFF;
            NextEncryptedSequence = Math.Max(NextEncryptedSequence, sequence + 1);
            if (parameters.Role == DtlsRole.Client) _peerMayEncrypt = true;
        }
    }

    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            Monitor.PulseAll(_gate);
        }
    }

    private static bool IsNear(DtlsParameters parameters) =>
        parameters.RoundTrip.TotalMilliseconds < FirstHelloRepeat / 2;

    private static bool IsEncryptedOrChange(ReadOnlySpan<byte> record) =>
        record[0] == ContentType.change_cipher_spec || BinaryPrimitives.ReadUInt16BigEndian(record[3..]) > 0;

    /// <summary>Takes a record, or -1 at the deadline; false when the hello was put out once more.</summary>
    private bool TryWaitForRecord(Span<byte> buffer, long deadline, out int length)
    {
        while (true)
        {
            length = -1;
            if (_isClosed) throw new TlsFatalAlert(AlertDescription.user_canceled);
            if (TryTakeRecord(out var record))
            {
                if (record.Length > buffer.Length) continue;
                record.CopyTo(buffer);
                length = record.Length;
                return true;
            }

            var wait = deadline - Environment.TickCount64;
            if (wait <= 0) return true;
            var isSilent = parameters.Role == DtlsRole.Client && !_hasHeardPeer;
            var mayRepeat = isSilent && _helloRepeat <= Math.Min(wait, LastHelloRepeat);
            if (!mayRepeat) Monitor.Wait(_gate, (int)wait);
            else if (!Monitor.Wait(_gate, _helloRepeat))
            {
                RepeatHello();
                return false;
            }
        }
    }

    private void RepeatHello()
    {
        _helloRepeat *= 2;
        foreach (var datagram in _flight) _outgoing.Enqueue(datagram);
    }

    private bool TryTakeRecord(out byte[] record)
    {
        if (_incoming.TryDequeue(out record!)) return true;
        if (!_peerMayEncrypt || _heldBack.Count == 0) return false;
        var change = _heldBack.FindIndex(held => held[0] == ContentType.change_cipher_spec);
        var next = Math.Max(change, 0);
        record = _heldBack[next];
        _heldBack.RemoveAt(next);
        return true;
    }

    private void FlushDatagram()
    {
        if (_datagramLength == 0) return;
        var datagram = _datagram.AsSpan(0, _datagramLength).ToArray();
        _datagramLength = 0;
        _flight.Add(datagram);
        if (_outgoing.Count < MaximumQueued) _outgoing.Enqueue(datagram);
    }
}
