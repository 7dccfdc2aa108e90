namespace QuicPair.Rtc.Sctp;

/// <summary>The counters of one association.</summary>
public sealed record SctpStatistics
{
    /// <summary>Packets sent.</summary>
    public long PacketsSent { get; internal set; }

    /// <summary>Bytes of packets sent.</summary>
    public long BytesSent { get; internal set; }

    /// <summary>Packets received and used.</summary>
    public long PacketsReceived { get; internal set; }

    /// <summary>Packets dropped: bad checksum, wrong tag, malformed, out of place.</summary>
    public long PacketsDropped { get; internal set; }

    /// <summary>DATA chunks sent again.</summary>
    public long Retransmissions { get; internal set; }

    /// <summary>Retransmissions that turned out to be needless.</summary>
    public long SpuriousRetransmissions { get; internal set; }

    /// <summary>
    /// Rounds of losses that came without a queue, so that the congestion window stayed as it was.
    /// </summary>
    public long ChanceLosses { get; internal set; }

    /// <summary>Retransmission timeouts.</summary>
    public long Timeouts { get; internal set; }

    /// <summary>Probes for a lost tail.</summary>
    public long TailProbes { get; internal set; }

    /// <summary>DATA chunks received more than once.</summary>
    public long Duplicates { get; internal set; }

    /// <summary>DATA chunks dropped because no window was left for them.</summary>
    public long WindowOverruns { get; internal set; }

    /// <summary>Messages given up under partial reliability.</summary>
    public long MessagesAbandoned { get; internal set; }

    /// <summary>Attempts of the peer to restart the association, all refused.</summary>
    public long RestartsRefused { get; internal set; }

    /// <summary>The smoothed round trip time; null before the first measurement.</summary>
    public TimeSpan? RoundTrip { get; internal set; }

    /// <summary>The congestion window in bytes.</summary>
    public long CongestionWindow { get; internal set; }
}
