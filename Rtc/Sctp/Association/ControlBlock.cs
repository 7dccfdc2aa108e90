using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp.Receive;
using QuicPair.Rtc.Sctp.Send;

namespace QuicPair.Rtc.Sctp.Association;

/// <summary>
/// The transmission control block: all that exists only once the peer's parameters are known.
/// </summary>
internal sealed class ControlBlock
{
    public ControlBlock(AssociationContext context, PeerParameters peer)
    {
        Peer = peer;
        Sender = new DataSender(context.Queue, context.Pool, context.Options, context.Statistics, peer);
        Tracker = new DataTracker(peer.PeerInitialTsn);
        Reassembly = new Reassembly(context.Pool, context.Options.MessageLengthMax);
        Data = new DataExchange(context, this);
        Heartbeat = new HeartbeatExchange(context, Sender.RoundTrip);
        StreamReset = new StreamReset(context, this);
    }

    public PeerParameters Peer { get; }

    public DataSender Sender { get; }

    public DataTracker Tracker { get; }

    public SackSchedule Sacks { get; } = new();

    public Reassembly Reassembly { get; }

    public DataExchange Data { get; }

    public HeartbeatExchange Heartbeat { get; }

    public StreamReset StreamReset { get; }

    /// <summary>Whether the peer's COOKIE ECHO has to be acknowledged.</summary>
    public bool IsCookieAckOwed { get; set; }

    public Instant? NextTimeout =>
        Instant.Earliest(Sender.NextTimeout, Sacks.Deadline, Heartbeat.Deadline, StreamReset.Deadline);

    public void HandleTimeout(Instant now)
    {
        Sender.HandleTimeout(now);
        Sacks.HandleTimeout(now);
        Heartbeat.HandleTimeout(now);
        StreamReset.HandleTimeout(now);
    }
}
