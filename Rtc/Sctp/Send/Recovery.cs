namespace QuicPair.Rtc.Sctp.Send;

/// <summary>What loss recovery remembers from one event to the next.</summary>
internal sealed class Recovery
{
    /// <summary>The last TSN sent before the loss was found; recovery ends when it is acknowledged.</summary>
    public Tsn? Point { get; set; }

    /// <summary>
    /// The number of this recovery, which the chunks found lost in it remember. In one from chance each round of losses
    /// has its own, as it may turn out to be congestion.
    /// </summary>
    public int Number { get; set; }

    /// <summary>
    /// Chunks of this recovery that were taken for lost and have not turned out to be merely late.
    /// </summary>
    public int ConvictedChunks { get; set; }

    /// <summary>
    /// Of these, those sent again after a timeout: whether their original arrived cannot be told, so that the others
    /// speak for them.
    /// </summary>
    public int UndecidedChunks { get; set; }

    /// <summary>Whether this recovery is from losses by chance, which leave the window as it is.</summary>
    public bool IsFromChance { get; set; }

    /// <summary>Whether the path had a queue when this recovery began, so that the losses were likely real.</summary>
    public bool WasQueueing { get; set; }

    /// <summary>Whether a timeout has begun this recovery.</summary>
    public bool IsAfterTimeout { get; set; }

    /// <summary>
    /// The first retransmission goes out whatever the congestion window says (RFC 9260 section 7.2.4).
    /// </summary>
    public bool IsFastRetransmitOwed { get; set; }

    /// <summary>
    /// Whether the congestion window was in full use when sending stopped: only then is there a reason for it to grow
    /// (RFC 9260 section 7.2.1), however many acknowledgements are taken before the next packet.
    /// </summary>
    public bool IsWindowFull { get; set; }

    /// <summary>A probe for a lost tail has to go out.</summary>
    public bool IsProbeOwed { get; set; }

    /// <summary>Probes that went out since something was acknowledged.</summary>
    public int Probes { get; set; }

    /// <summary>Payload bytes the peer can take beyond those sent.</summary>
    public long PeerWindow { get; set; }
}
