using QuicPair.Rtc.Dtls.Messages;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Dtls.Handshake;

/// <summary>
/// The messages that this end has sent last (RFC 6347, section 4.2.4), packed into as few datagrams as fit and
/// kept to be sent again. Each time their records have new numbers, as a number is a nonce.
/// </summary>
internal sealed class Flight
{
    private readonly List<Item> _items = new(5);
    private ulong _clearSequence;
    private int _next;
    private int _offset;

    public bool IsEmpty => _items.Count == 0;

    /// <summary>Adds a message; a protected one is sealed when it is packed.</summary>
    public void Add(in HandshakeMessage message, bool isProtected) => _items.Add(new Item(message, isProtected));

    /// <summary>Adds change_cipher_spec, which is a record without a message.</summary>
    public void AddChangeCipherSpec() => _items.Add(new Item(null, IsProtected: false));

    /// <summary>Forgets the messages: the next flight begins.</summary>
    public void Clear()
    {
        _items.Clear();
        (_next, _offset) = (0, 0);
    }

    /// <summary>Has everything packed once more.</summary>
    public void Rewind() => (_next, _offset) = (0, 0);

    /// <summary>Packs the next datagram; false when all of the flight has been taken.</summary>
    public bool TryPack(Span<byte> destination, RecordLayer? records, out int length)
    {
        destination = destination[..Math.Min(destination.Length, DtlsTransport.MaximumFlightDatagram)];
        length = 0;
        while (_next < _items.Count)
        {
            var packed = Pack(_items[_next], destination[length..], records);
            if (packed == 0) break;
            length += packed;
        }

        return length > 0;
    }

    /// <summary>Writes a record in the clear: of an alert, or of anything else that is not kept.</summary>
    public int WriteClear(ContentType type, ReadOnlySpan<byte> body, Span<byte> destination)
    {
        var header = new RecordHeader(type, RecordHeader.Dtls12, 0, _clearSequence++, body.Length);
        header.Write(destination);
        body.CopyTo(destination[RecordHeader.Length..]);
        return header.RecordLength;
    }

    /// <summary>Writes as much of <paramref name="item"/> as fits; 0 when nothing does.</summary>
    private int Pack(in Item item, Span<byte> destination, RecordLayer? records)
    {
        if (item.Message is not { } message)
        {
            if (destination.Length < RecordHeader.Length + 1) return 0;
            _next++;
            return WriteClear(ContentType.ChangeCipherSpec, [1], destination);
        }

        var overhead = MessageHeader.Length + (item.IsProtected ? RecordLayer.Overhead : RecordHeader.Length);
        var left = message.Body.Length - _offset;
        var count = Math.Min(left, destination.Length - overhead);
        if (count < Math.Min(left, 1)) return 0;

        Span<byte> fragment = stackalloc byte[DtlsTransport.MaximumFlightDatagram];
        var writer = new SpanWriter(fragment);
        new MessageHeader(message.Type, message.Body.Length, message.Sequence, _offset, count).Write(ref writer);
        writer.WriteBytes(message.Body.AsSpan(_offset, count));
        _offset += count;
        if (_offset == message.Body.Length) (_next, _offset) = (_next + 1, 0);
        return item.IsProtected
            ? records!.Seal(ContentType.Handshake, writer.Written, destination)
            : WriteClear(ContentType.Handshake, writer.Written, destination);
    }

    private readonly record struct Item(HandshakeMessage? Message, bool IsProtected);
}
