using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp.Chunks;

namespace QuicPair.Rtc.Sctp.Association;

/// <summary>Checks a packet and hands its chunks to their procedures (RFC 9260 sections 6.10, 8.5).</summary>
internal sealed class Inbound(
    AssociationContext context, Handshake handshake, Teardown teardown, ErrorReport errors)
{
    /// <summary>Takes a packet; false if any of it was dropped.</summary>
    public bool Handle(Instant now, ReadOnlySpan<byte> packet)
    {
        if (!CommonHeader.TryParse(packet, out var header)
            || header.DestinationPort != context.Options.LocalPort
            || header.SourcePort != context.Options.RemotePort)
        {
            return false;
        }

        var reader = new ChunkReader(packet[CommonHeader.Length..]);
        var quota = default(ChunkQuota);
        var isUsed = false;
        while (reader.HasMore)
        {
            if (!reader.TryRead(out var type, out var chunk) || !IsMeantForUs(header, type, chunk)
                || !quota.TryUse(type)
                || (type is ChunkType.Init or ChunkType.InitAck && (isUsed || reader.HasMore)))
            {
                isUsed = false;
                break;
            }

            isUsed = true;
            if (!TryHandle(now, type, chunk))
            {
                isUsed = false;
                break;
            }
        }

        context.State.Control?.Data.OnPacketEnd(now);
        teardown.Advance();
        return isUsed;
    }

    // Section 8.5.1 lists the exceptions: INIT has tag 0; ABORT and SHUTDOWN COMPLETE may reflect the peer's
    // tag.
    private bool IsMeantForUs(CommonHeader header, ChunkType type, ReadOnlySpan<byte> chunk) => type switch
    {
        ChunkType.Init => header.VerificationTag == 0,
        ChunkType.Abort or ChunkType.ShutdownComplete when (chunk[1] & 1) != 0 =>
            header.VerificationTag == context.State.Control?.Peer.PeerTag,
        _ => header.VerificationTag == context.LocalTag,
    };

    private bool TryHandle(Instant now, ChunkType type, ReadOnlySpan<byte> chunk)
    {
        switch (type)
        {
            case ChunkType.Data or ChunkType.Sack or ChunkType.ForwardTsn:
                return TryHandleTransfer(now, type, chunk);
            case ChunkType.Init:
                return InitChunk.TryParse(chunk, out var init) && handshake.HandleInit(init);
            case ChunkType.InitAck:
                return InitChunk.TryParse(chunk, out var initAck) && handshake.HandleInitAck(now, initAck);
            case ChunkType.CookieEcho:
                return OpaqueChunk.TryParse(chunk, out var echo) && handshake.HandleCookieEcho(now, echo);
            case ChunkType.CookieAck:
                handshake.HandleCookieAck(now);
                return true;
            case ChunkType.Heartbeat or ChunkType.HeartbeatAck or ChunkType.Reconfig:
                return TryHandleControl(now, type, chunk);
            case ChunkType.Abort or ChunkType.Shutdown or ChunkType.ShutdownAck or ChunkType.ShutdownComplete:
                return TryHandleEnd(now, type, chunk);
            case ChunkType.Error:
                return true;
            default:
                return errors.OnUnknownChunk((byte)type, chunk);
        }
    }

    private bool TryHandleTransfer(Instant now, ChunkType type, ReadOnlySpan<byte> chunk)
    {
        handshake.HandleCookieAck(now);
        if (context.State is AssociationState.ShutdownReceived or AssociationState.ShutdownAckSent
            && type != ChunkType.Sack)
        {
            return false;
        }

        if (context.State.Control is not { } control)
        {
            return false;
        }

        switch (type)
        {
            case ChunkType.Data:
                teardown.OnDataReceived();
                return DataChunk.TryParse(chunk, out var data) && control.Data.HandleData(data);
            case ChunkType.Sack:
                return SackChunk.TryParse(chunk, out var sack) && control.Sender.HandleSack(now, sack);
            default:
                if (!ForwardTsnChunk.TryParse(chunk, out var forward))
                {
                    return false;
                }

                control.Data.HandleForwardTsn(forward);
                return true;
        }
    }

    private bool TryHandleControl(Instant now, ChunkType type, ReadOnlySpan<byte> chunk)
    {
        if (context.State.Control is not { } control)
        {
            return false;
        }

        if (type == ChunkType.Reconfig)
        {
            // A reset speaks about data of the same packet, which has to be counted first.
            control.Data.OnPacketEnd(now);
            return ReconfigChunk.TryParse(chunk, out var reconfig)
                && control.StreamReset.Handle(now, reconfig);
        }

        if (!OpaqueChunk.TryParse(chunk, out var opaque))
        {
            return false;
        }

        if (type == ChunkType.Heartbeat)
        {
            control.Heartbeat.HandleHeartbeat(opaque);
        }
        else
        {
            control.Heartbeat.HandleAck(now, opaque);
        }

        return true;
    }

    private bool TryHandleEnd(Instant now, ChunkType type, ReadOnlySpan<byte> chunk)
    {
        switch (type)
        {
            case ChunkType.Abort:
                context.End(AssociationEnd.PeerAborted);
                return true;
            case ChunkType.Shutdown:
                if (!ShutdownChunk.TryParse(chunk, out var shutdown))
                {
                    return false;
                }

                teardown.HandleShutdown(now, shutdown);
                return true;
            case ChunkType.ShutdownAck:
                teardown.HandleShutdownAck();
                return true;
            default:
                teardown.HandleShutdownComplete();
                return true;
        }
    }
}
