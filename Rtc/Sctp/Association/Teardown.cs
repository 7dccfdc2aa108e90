using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp.Chunks;
using QuicPair.Rtc.Sctp.Parameters;

namespace QuicPair.Rtc.Sctp.Association;

/// <summary>Ends the association, in order or at once (RFC 9260 section 9).</summary>
internal sealed class Teardown(AssociationContext context)
{
    private uint _peerTag;

    /// <summary>When to stop waiting for what was sent to be acknowledged (T5-shutdown-guard).</summary>
    public Instant? GuardEnds => context.State switch
    {
        AssociationState.ShutdownPending { GuardEnds: var ends } => ends,
        AssociationState.ShutdownReceived { GuardEnds: var ends } => ends,
        _ => null,
    };

    /// <summary>Ends once everything queued has arrived.</summary>
    public void Shutdown(Instant now)
    {
        switch (context.State)
        {
            case AssociationState.Established { Block: var control }:
                context.Enter(new AssociationState.ShutdownPending(control, now + SctpTimings.ShutdownGuard));
                Advance();
                break;
            case AssociationState.CookieEchoed:
                context.End(AssociationEnd.Aborted, ErrorCause.UserInitiatedAbort);
                break;
            case AssociationState.Closed or AssociationState.CookieWait:
                context.End(AssociationEnd.Shutdown);
                break;
        }
    }

    /// <summary>Goes on to the next state when nothing is left to deliver. Call after every change.</summary>
    public void Advance()
    {
        switch (context.State)
        {
            case AssociationState.ShutdownPending { Block: var control } when control.Sender.IsDrained:
                context.Enter(new AssociationState.ShutdownSent(control, NewTimer(control)));
                break;
            case AssociationState.ShutdownReceived { Block: var control } when control.Sender.IsDrained:
                context.Enter(new AssociationState.ShutdownAckSent(control, NewTimer(control)));
                break;
        }
    }

    public void HandleShutdown(Instant now, ShutdownChunk shutdown)
    {
        switch (context.State)
        {
            case AssociationState.Established or AssociationState.ShutdownPending:
                var control = context.State.Control!;
                control.Sender.HandleCumulative(now, shutdown.CumulativeTsnAck);
                var guardEnds = GuardEnds ?? now + SctpTimings.ShutdownGuard;
                context.Enter(new AssociationState.ShutdownReceived(control, guardEnds));
                Advance();
                break;
            case AssociationState.ShutdownReceived { Block: var received }:
                received.Sender.HandleCumulative(now, shutdown.CumulativeTsnAck);
                Advance();
                break;
            case AssociationState.ShutdownSent { Block: var sent }:
                // "If an endpoint is in the SHUTDOWN-SENT state and receives a SHUTDOWN chunk ..., the
                // endpoint SHOULD respond immediately with a SHUTDOWN ACK chunk".
                context.Enter(new AssociationState.ShutdownAckSent(sent, NewTimer(sent)));
                break;
            case AssociationState.ShutdownAckSent { ShutdownAck: var timer }:
                timer.Demand();
                break;
        }
    }

    public void HandleShutdownAck()
    {
        if (context.State is AssociationState.ShutdownSent or AssociationState.ShutdownAckSent)
        {
            _peerTag = context.State.Control!.Peer.PeerTag;
            context.LastWord = LastWord.ShutdownComplete(_peerTag);
            context.End(AssociationEnd.Shutdown);
        }
        else if (context.State is AssociationState.Ended && _peerTag != 0)
        {
            // Our SHUTDOWN COMPLETE was lost.
            context.LastWord = LastWord.ShutdownComplete(_peerTag);
        }
    }

    public void HandleShutdownComplete()
    {
        if (context.State is AssociationState.ShutdownAckSent)
        {
            context.End(AssociationEnd.Shutdown);
        }
    }

    /// <summary>The peer still sends DATA because our SHUTDOWN has not arrived.</summary>
    public void OnDataReceived()
    {
        if (context.State is AssociationState.ShutdownSent { Shutdown: var timer })
        {
            timer.Demand();
        }
    }

    public void Write(Instant now, ref PacketWriter writer)
    {
        if (context.State is AssociationState.ShutdownSent { Shutdown: { IsOwed: true } shutdown } sent
            && writer.TryReserve(ShutdownChunk.Length, out var chunk))
        {
            new ShutdownChunk(sent.Block.Tracker.Cumulative).Write(chunk);
            shutdown.OnSent(now);
        }

        if (context.State is AssociationState.ShutdownAckSent { ShutdownAck: { IsOwed: true } ack }
            && writer.TryWriteEmpty(ChunkType.ShutdownAck))
        {
            ack.OnSent(now);
        }
    }

    public void HandleTimeout(Instant now)
    {
        var timer = context.State switch
        {
            AssociationState.ShutdownSent { Shutdown: var shutdown } => shutdown,
            AssociationState.ShutdownAckSent { ShutdownAck: var ack } => ack,
            _ => null,
        };
        timer?.HandleTimeout(now);
        if (timer is { Expirations: >= SctpTimings.ShutdownTriesMax } || GuardEnds <= now)
        {
            context.End(AssociationEnd.Unanswered, ErrorCause.UserInitiatedAbort);
        }
    }

    private static RetryTimer NewTimer(ControlBlock control) => new(control.Sender.RoundTrip.Timeout);
}
