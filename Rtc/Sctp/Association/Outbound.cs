using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp.Chunks;

namespace QuicPair.Rtc.Sctp.Association;

/// <summary>
/// Composes the next packet: what must be alone first, then control chunks, then data (section 6.10).
/// </summary>
internal sealed class Outbound(
    AssociationContext context, Handshake handshake, Teardown teardown, ErrorReport errors)
{
    /// <summary>Writes the next packet; false if there is nothing to send.</summary>
    public bool TryWrite(Instant now, Span<byte> destination, out int length)
    {
        var room = Math.Min(destination.Length, context.Options.PacketLengthMax);
        var writer = new PacketWriter(destination[..room]);
        var peerTag = Compose(now, ref writer);
        length = 0;
        if (writer.IsEmpty)
        {
            return false;
        }

        var options = context.Options;
        var header = new CommonHeader(options.LocalPort, options.RemotePort, peerTag);
        length = writer.Finish(header, NeedsChecksum(peerTag));
        context.Statistics.PacketsSent++;
        context.Statistics.BytesSent += length;
        return true;
    }

    // RFC 9653 section 5.2: the peer has to have said so, and packets with INIT or COOKIE ECHO have a checksum always.
    private bool NeedsChecksum(uint peerTag) => context.State is AssociationState.CookieEchoed
        || context.State.Control is not { Peer: { Capabilities.ZeroChecksum: true } peer }
        || peer.PeerTag != peerTag;

    private uint Compose(Instant now, ref PacketWriter writer)
    {
        if (context.LastWord is { } lastWord)
        {
            lastWord.Write(ref writer);
            context.LastWord = null;
            return lastWord.PeerTag;
        }

        if (handshake.TryWriteInitAck(now, ref writer, out var initAckTag))
        {
            return initAckTag;
        }

        switch (context.State)
        {
            case AssociationState.CookieWait { Init: { IsOwed: true } init }:
                handshake.WriteInit(ref writer);
                init.OnSent(now);
                return 0;
            case AssociationState.CookieEchoed { Echo.IsOwed: true } echoed:
                WriteCookieEcho(now, ref writer, echoed);
                return echoed.Block.Peer.PeerTag;
            case AssociationState.CookieEchoed:
                // "until the COOKIE ACK is returned the sender MUST NOT send any other packets to the peer".
                return 0;
        }

        if (context.State.Control is not { } control)
        {
            return 0;
        }

        ComposeAssociated(now, ref writer, control);
        return control.Peer.PeerTag;
    }

    private static void WriteCookieEcho(
        Instant now, ref PacketWriter writer, AssociationState.CookieEchoed echoed)
    {
        var echo = new OpaqueChunk { Type = ChunkType.CookieEcho, Value = echoed.Cookie };
        if (writer.TryReserve(echo.Length, out var chunk))
        {
            echo.Write(chunk);
            echoed.Echo.OnSent(now);
            echoed.Block.Sender.TryWriteData(now, ref writer);
        }
    }

    private void ComposeAssociated(Instant now, ref PacketWriter writer, ControlBlock control)
    {
        if (control.IsCookieAckOwed)
        {
            writer.TryWriteEmpty(ChunkType.CookieAck);
            control.IsCookieAckOwed = false;
        }

        var sendsData =
            context.State is not (AssociationState.ShutdownSent or AssociationState.ShutdownAckSent);
        control.Data.WriteSack(ref writer, ridesAlong: sendsData && control.Sender.HasDataDue(now));
        errors.Write(ref writer);
        control.StreamReset.Write(now, ref writer);
        control.Heartbeat.Write(now, ref writer);
        teardown.Write(now, ref writer);
        if (sendsData)
        {
            control.Sender.TryWriteForwardTsn(now, ref writer);
            if (control.Sender.TryWriteData(now, ref writer))
            {
                control.Heartbeat.OnTraffic(now);
            }
        }
    }
}
