using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp.Chunks;

namespace QuicPair.Rtc.Sctp.Send;

/// <summary>
/// Gives up messages whose time or tries are spent, and tells the peer (RFC 3758 section 3.5).
/// </summary>
internal sealed class Abandonment(
    OutstandingData outstanding,
    SendQueue queue,
    RoundTripEstimator roundTrip,
    SctpStatistics statistics)
{
    // Ours: as many streams as one FORWARD TSN names; further ones go into the next.
    private const int StreamsMax = 32;

    private Instant? _sentAt;
    private bool _isOwed;

    /// <summary>
    /// Gives up what is lost and not worth sending again, up to the first chunk that is: what comes behind it is judged
    /// when its turn comes.
    /// </summary>
    public void AbandonSpent(Instant now)
    {
        while (outstanding.LostCount > 0)
        {
            var tsn = outstanding.FindLost();
            if (!IsSpent(now, outstanding[tsn]))
            {
                return;
            }

            AbandonMessage(now, tsn);
            _isOwed = true;
        }
    }

    /// <summary>Whether a lost chunk is given up.</summary>
    public static bool IsSpent(Instant now, in OutstandingChunk chunk) => chunk.Fragment.Reliability.IsPartial
        && chunk.Fragment.Reliability.IsSpent(now, chunk.Transmissions);

    /// <summary>Repeats the news while the peer has not followed it.</summary>
    public void OnSack(Instant now)
    {
        _isOwed |= outstanding.Count > 0
            && outstanding[outstanding.First].State == ChunkState.Abandoned
            && (_sentAt is not { } sent || now - sent >= (roundTrip.Smoothed ?? roundTrip.Timeout));
    }

    public void OnTimeout() =>
        _isOwed |= outstanding.Count > 0 && outstanding[outstanding.First].State == ChunkState.Abandoned;

    /// <summary>Writes FORWARD TSN if the peer has to hear one.</summary>
    public bool TryWrite(Instant now, ref PacketWriter writer)
    {
        if (!_isOwed)
        {
            return false;
        }

        Span<(StreamId Stream, Ssn Ssn)> skipped = stackalloc (StreamId, Ssn)[StreamsMax];
        var advanced = Advance(skipped, out var count);
        var length = ForwardTsnChunk.HeaderLength + (count * ForwardTsnChunk.EntryLength);
        if (advanced < outstanding.First)
        {
            _isOwed = false;
            return false;
        }

        if (!writer.TryReserve(length, out var chunk))
        {
            return false;
        }

        new ForwardTsnChunk { NewCumulativeTsn = advanced, Skipped = default }.Write(chunk);
        ChunkReader.WriteHeader(chunk, ChunkType.ForwardTsn, 0, length);
        for (var index = 0; index < count; index++)
        {
            var entry = chunk[(ForwardTsnChunk.HeaderLength + (index * ForwardTsnChunk.EntryLength))..];
            ForwardTsnChunk.WriteEntry(entry, skipped[index].Stream, skipped[index].Ssn);
        }

        _isOwed = false;
        _sentAt = now;
        return true;
    }

    // All fragments of a message have the same fate, and its neighbours have the next TSNs.
    private void AbandonMessage(Instant now, Tsn tsn)
    {
        var fragment = outstanding[tsn].Fragment;
        statistics.MessagesAbandoned++;
        for (var first = tsn; first >= outstanding.First; first = first.Previous)
        {
            if (!TryAbandon(first, fragment.MessageId))
            {
                break;
            }
        }

        for (var last = tsn.Next; last < outstanding.NextTsn; last = last.Next)
        {
            if (!TryAbandon(last, fragment.MessageId))
            {
                break;
            }
        }

        // All that was sent may have arrived, and then the last of it is no news to the peer, which would wait for the
        // rest for ever. A TSN that it cannot have is.
        if (queue.Discard(fragment.Stream, fragment.MessageId, out var end))
        {
            outstanding.Move(ref outstanding[outstanding.Add(end, now)], ChunkState.Abandoned);
        }
    }

    private bool TryAbandon(Tsn tsn, long messageId)
    {
        ref var chunk = ref outstanding[tsn];
        if (chunk.Fragment.MessageId != messageId)
        {
            return false;
        }

        if (chunk.State != ChunkState.Acknowledged)
        {
            outstanding.Move(ref chunk, ChunkState.Abandoned);
        }

        return true;
    }

    // The Advanced.Peer.Ack.Point: the last abandoned chunk before anything that still has to arrive.
    private Tsn Advance(Span<(StreamId Stream, Ssn Ssn)> skipped, out int count)
    {
        count = 0;
        var abandonedMessage = 0L;
        var advanced = outstanding.First.Previous;
        var end = outstanding.NextTsn;
        for (var tsn = outstanding.First; tsn != end; tsn = tsn.Next)
        {
            ref var chunk = ref outstanding[tsn];
            if (chunk.State is ChunkState.InFlight or ChunkState.Lost)
            {
                break;
            }

            if (chunk.State == ChunkState.Acknowledged)
            {
                // A fragment that arrived is of no use without the others, and the receiver has to hear that.
                advanced = chunk.Fragment.MessageId == abandonedMessage ? tsn : advanced;
                continue;
            }

            if (!chunk.Fragment.Reliability.Unordered
                && !TryNote(skipped, ref count, chunk.Fragment.Stream.Id, chunk.Fragment.Ssn))
            {
                break;
            }

            abandonedMessage = chunk.Fragment.MessageId;
            advanced = tsn;
        }

        return advanced;
    }

    private static bool TryNote(
        Span<(StreamId Stream, Ssn Ssn)> skipped, ref int count, StreamId stream, Ssn ssn)
    {
        for (var index = 0; index < count; index++)
        {
            if (skipped[index].Stream == stream)
            {
                skipped[index].Ssn = ssn;
                return true;
            }
        }

        if (count == skipped.Length)
        {
            return false;
        }

        skipped[count++] = (stream, ssn);
        return true;
    }
}
