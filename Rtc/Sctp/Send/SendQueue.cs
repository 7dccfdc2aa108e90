using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp.Chunks;

namespace QuicPair.Rtc.Sctp.Send;

/// <summary>
/// Messages that wait to be sent, per stream; streams take turns at message boundaries, because the fragments
/// of a message need consecutive TSNs (RFC 9260 section 6.9).
/// </summary>
internal sealed class SendQueue(BlockPool pool, SctpOptions options, SctpStatistics statistics)
{
    // Ours: what a message costs beside its payload, so that many tiny ones are bounded too.
    private const int MessageOverhead = 128;

    private readonly int _fragmentMax = Math.Min(
        options.PacketLengthMax - CommonHeader.Length - DataChunk.HeaderLength & ~3, BlockPool.LargestSent);

    private readonly Dictionary<StreamId, OutboundStream> _streams = [];
    private readonly Queue<OutboundStream> _round = new();
    private OutboundMessage? _free;
    private long _lastMessageId;
    private long _chargedBytes;

    public bool IsEmpty => _round.Count == 0;

    public OutboundStream Stream(StreamId id)
    {
        if (!_streams.TryGetValue(id, out var stream))
        {
            stream = new OutboundStream(id);
            _streams.Add(id, stream);
        }

        return stream;
    }

    /// <summary>Payload bytes of a stream that were not sent yet.</summary>
    public long Buffered(StreamId id) => _streams.TryGetValue(id, out var stream) ? stream.BufferedBytes : 0;

    /// <summary>Forgets an idle stream, so that ids that come and go cost nothing.</summary>
    public void Forget(StreamId id)
    {
        if (_streams.TryGetValue(id, out var stream) && stream.IsDrained && !stream.IsScheduled)
        {
            _streams.Remove(id);
        }
    }

    public SendOutcome Enqueue(
        StreamId id, ReadOnlySpan<byte> payload, PayloadProtocol protocol, Reliability reliability)
    {
        if (payload.Length > options.RemoteMessageLengthMax)
        {
            return SendOutcome.TooLarge;
        }

        if (_chargedBytes + payload.Length + MessageOverhead > options.SendBuffer)
        {
            return SendOutcome.BufferFull;
        }

        var message = Rent();
        message.Id = ++_lastMessageId;
        message.PayloadProtocol = (uint)protocol;
        message.Reliability = reliability;
        message.Head = Cut(payload);
        var stream = Stream(id);
        Append(stream, message);
        stream.BufferedBytes += payload.Length;
        _chargedBytes += payload.Length + MessageOverhead;
        Schedule(stream);
        return SendOutcome.Accepted;
    }

    /// <summary>
    /// The payload length of the fragment that is next; messages that are spent are dropped on the way.
    /// </summary>
    public bool TryPeek(Instant now, out int length)
    {
        while (_round.TryPeek(out var stream))
        {
            if (stream.Head is not { } message)
            {
                Unschedule();
                continue;
            }

            if (!message.IsStarted && message.Reliability.Expires is { } expires && now >= expires)
            {
                statistics.MessagesAbandoned++;
                Drop(stream, message);
                continue;
            }

            length = message.Head!.Length;
            return true;
        }

        length = 0;
        return false;
    }

    /// <summary>Takes the fragment that <see cref="TryPeek"/> told of.</summary>
    public OutboundFragment Take()
    {
        var stream = _round.Peek();
        var message = stream.Head!;
        var flags = message.Reliability.Unordered ? DataFlags.Unordered : DataFlags.None;
        if (!message.IsStarted)
        {
            flags |= DataFlags.Begin;
            message.IsStarted = true;
            message.Ssn = message.Reliability.Unordered ? default : stream.NextSsn;
            stream.NextSsn = message.Reliability.Unordered ? stream.NextSsn : stream.NextSsn.Next;
        }

        var block = message.Head!;
        message.Head = block.Next;
        block.Next = null;
        stream.BufferedBytes -= block.Length;
        _chargedBytes -= block.Length;
        flags |= message.Head is null ? DataFlags.End : DataFlags.None;
        var fragment = new OutboundFragment(
            block, stream, message.Ssn, message.Id, message.PayloadProtocol, message.Reliability, flags);
        if (message.Head is null)
        {
            Drop(stream, message);
            Rotate(stream);
        }

        return fragment;
    }

    /// <summary>
    /// Drops the unsent fragments of a message that was given up, but for the next one: <paramref name="end"/> is for
    /// a TSN that is never sent. False when all of the message was sent.
    /// </summary>
    public bool Discard(OutboundStream stream, long messageId, out OutboundFragment end)
    {
        end = default;
        if (stream.Head is not { } message || message.Id != messageId)
        {
            return false;
        }

        // A message that was begun is the one whose turn it is.
        end = Take();
        if (stream.Head == message)
        {
            Drop(stream, message);
            Rotate(stream);
        }

        return true;
    }

    /// <summary>Drops everything.</summary>
    public void Clear()
    {
        foreach (var stream in _streams.Values)
        {
            while (stream.Head is { } message)
            {
                Drop(stream, message);
            }

            stream.IsScheduled = false;
        }

        _round.Clear();
    }

    private Block Cut(ReadOnlySpan<byte> payload)
    {
        var head = pool.Rent(payload[..Math.Min(payload.Length, _fragmentMax)]);
        var tail = head;
        for (var rest = payload[head.Length..]; !rest.IsEmpty; rest = rest[tail.Length..])
        {
            tail.Next = pool.Rent(rest[..Math.Min(rest.Length, _fragmentMax)]);
            tail = tail.Next;
        }

        return head;
    }

    private static void Append(OutboundStream stream, OutboundMessage message)
    {
        if (stream.Tail is null)
        {
            stream.Head = message;
        }
        else
        {
            stream.Tail.Next = message;
        }

        stream.Tail = message;
    }

    private void Drop(OutboundStream stream, OutboundMessage message)
    {
        for (var block = message.Head; block is not null; block = block.Next)
        {
            stream.BufferedBytes -= block.Length;
            _chargedBytes -= block.Length;
        }

        pool.ReturnChain(message.Head);
        _chargedBytes -= MessageOverhead;
        stream.Head = message.Next;
        if (stream.Head is null)
        {
            stream.Tail = null;
        }

        message.Head = null;
        message.IsStarted = false;
        message.Next = _free;
        _free = message;
    }

    private void Schedule(OutboundStream stream)
    {
        if (!stream.IsScheduled)
        {
            stream.IsScheduled = true;
            _round.Enqueue(stream);
        }
    }

    private void Unschedule() => _round.Dequeue().IsScheduled = false;

    private void Rotate(OutboundStream stream)
    {
        Unschedule();
        if (stream.Head is not null)
        {
            Schedule(stream);
        }
    }

    private OutboundMessage Rent()
    {
        if (_free is not { } message)
        {
            return new OutboundMessage();
        }

        _free = message.Next;
        message.Next = null;
        return message;
    }
}
