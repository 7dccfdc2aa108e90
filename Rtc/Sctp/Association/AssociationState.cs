using QuicPair.Rtc.Machine;

namespace QuicPair.Rtc.Sctp.Association;

/// <summary>
/// The states of RFC 9260 section 4, each with what it owns. The way up:
/// <code>Closed → CookieWait → CookieEchoed → Established, or Closed → Established by the peer's
/// cookie</code>
/// and down: <code>Established → ShutdownPending → ShutdownSent → Ended, or → ShutdownReceived →
/// ShutdownAckSent → Ended</code>
/// </summary>
internal abstract record AssociationState
{
    private AssociationState()
    {
    }

    /// <summary>
    /// The peer's parameters and everything that depends on them; null before they are known.
    /// </summary>
    public virtual ControlBlock? Control => null;

    public sealed record Closed : AssociationState;

    public sealed record CookieWait(RetryTimer Init) : AssociationState;

    public sealed record CookieEchoed(ControlBlock Block, byte[] Cookie, RetryTimer Echo) : AssociationState
    {
        public override ControlBlock Control => Block;
    }

    public sealed record Established(ControlBlock Block) : AssociationState
    {
        public override ControlBlock Control => Block;
    }

    public sealed record ShutdownPending(ControlBlock Block, Instant GuardEnds) : AssociationState
    {
        public override ControlBlock Control => Block;
    }

    public sealed record ShutdownSent(ControlBlock Block, RetryTimer Shutdown) : AssociationState
    {
        public override ControlBlock Control => Block;
    }

    public sealed record ShutdownReceived(ControlBlock Block, Instant GuardEnds) : AssociationState
    {
        public override ControlBlock Control => Block;
    }

    public sealed record ShutdownAckSent(ControlBlock Block, RetryTimer ShutdownAck) : AssociationState
    {
        public override ControlBlock Control => Block;
    }

    public sealed record Ended(AssociationEnd Reason) : AssociationState;
}
