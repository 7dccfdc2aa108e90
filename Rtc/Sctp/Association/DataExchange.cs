using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp.Chunks;
using QuicPair.Rtc.Sctp.Parameters;
using QuicPair.Rtc.Sctp.Receive;

namespace QuicPair.Rtc.Sctp.Association;

/// <summary>
/// Receives DATA and FORWARD TSN, and sends SACK (RFC 9260 section 6.2, RFC 3758 section 3.6).
/// </summary>
internal sealed class DataExchange(AssociationContext context, ControlBlock control)
{
    // Ours: chunks of one byte cost a hundred times their payload.
    private const int HeldChunksMax = 16 * 1024;

    private bool _packetHasData;
    private bool _isImmediate;
    private long _announcedWindow = context.Options.ReceiveWindow;

    /// <summary>Our a_rwnd: payload bytes that can still be held.</summary>
    public long Window => control.Reassembly.HeldChunks >= HeldChunksMax
        ? 0
        : Math.Max(0, context.Options.ReceiveWindow - control.Reassembly.HeldBytes);

    /// <summary>Takes a DATA chunk; false if the association has ended over it.</summary>
    public bool HandleData(in DataChunk data)
    {
        if (data.Payload.IsEmpty)
        {
            // "If ... no user data ..., the endpoint MUST abort the association with a 'No User Data' error
            // cause."
            context.End(AssociationEnd.ProtocolViolation, ErrorCause.NoUserData);
            return false;
        }

        _packetHasData = true;
        _isImmediate |= (data.Flags & DataFlags.Immediate) != 0;
        var arrival = control.Tracker.Classify(data.Tsn);
        if (arrival == Arrival.Duplicate)
        {
            context.Statistics.Duplicates++;
            control.Tracker.AddDuplicate(data.Tsn);
            _isImmediate = true;
            return true;
        }

        if (arrival == Arrival.OutOfReach || data.Payload.Length > BlockPool.LargestReceived || !Fits(data))
        {
            context.Statistics.WindowOverruns++;
            _isImmediate = true;
            return true;
        }

        control.Tracker.Add(data.Tsn);
        if (!control.Reassembly.Add(data))
        {
            context.End(AssociationEnd.ProtocolViolation, ErrorCause.ProtocolViolation);
            return false;
        }

        return true;
    }

    /// <summary>Goes on behind what the peer has given up.</summary>
    public void HandleForwardTsn(in ForwardTsnChunk forward)
    {
        _packetHasData = true;
        _isImmediate = true;
        if (forward.NewCumulativeTsn <= control.Tracker.Cumulative)
        {
            return;
        }

        control.Tracker.ForwardTo(forward.NewCumulativeTsn);
        control.Reassembly.ForwardTo(forward.NewCumulativeTsn);
        for (var index = 0; index < forward.SkippedCount; index++)
        {
            control.Reassembly.Skip(forward.SkippedStream(index), forward.SkippedSsn(index));
        }
    }

    /// <summary>Call when all chunks of a packet were handled.</summary>
    public void OnPacketEnd(Instant now)
    {
        if (!_packetHasData)
        {
            return;
        }

        context.DrainMessages(control);
        control.StreamReset.OnCumulativeTsn();
        control.Sacks.OnDataPacket(now, _isImmediate || control.Tracker.HasGaps);
        _packetHasData = false;
        _isImmediate = false;
    }

    /// <summary>Tells the peer that a window that was nearly shut is open again.</summary>
    public void OnDelivered()
    {
        var half = context.Options.ReceiveWindow / 2;
        if (_announcedWindow < half && Window >= half)
        {
            _announcedWindow = Window;
            control.Sacks.Demand();
        }
    }

    /// <summary>
    /// Writes a SACK if one is due, or if one waits and <paramref name="ridesAlong"/> with other chunks.
    /// </summary>
    public void WriteSack(ref PacketWriter writer, bool ridesAlong)
    {
        if (!control.Sacks.IsDue && !(ridesAlong && control.Sacks.IsPending))
        {
            return;
        }

        if (control.Tracker.TryWriteSack(ref writer, (uint)Window))
        {
            _announcedWindow = Window;
            control.Sacks.OnSackSent();
        }
    }

    // What fills the first gap gets in while there is any hope, or nothing behind it could ever be delivered.
    private bool Fits(in DataChunk data)
    {
        var isNext = data.Tsn == control.Tracker.Cumulative.Next;
        var reserve = isNext ? context.Options.MessageLengthMax : 0;
        var chunkReserve = isNext ? HeldChunksMax / 16 : 0;
        return control.Reassembly.HeldBytes + data.Payload.Length <= context.Options.ReceiveWindow + reserve
            && control.Reassembly.HeldChunks < HeldChunksMax + chunkReserve;
    }
}
