namespace QuicPair.Rtc.Sctp.Send;

/// <summary>One outgoing stream: its waiting messages and what it takes to reset it.</summary>
internal sealed class OutboundStream(StreamId id)
{
    public StreamId Id { get; } = id;

    /// <summary>The sequence number of the next ordered message.</summary>
    public Ssn NextSsn { get; set; }

    public OutboundMessage? Head { get; set; }

    public OutboundMessage? Tail { get; set; }

    /// <summary>Payload bytes that were not sent yet.</summary>
    public long BufferedBytes { get; set; }

    /// <summary>Chunks that were sent and are neither acknowledged nor given up.</summary>
    public int UnacknowledgedChunks { get; set; }

    /// <summary>Whether the stream is in the scheduler's round.</summary>
    public bool IsScheduled { get; set; }

    /// <summary>Whether all that was queued has arrived, so that a reset is in order.</summary>
    public bool IsDrained => Head is null && UnacknowledgedChunks == 0;
}
