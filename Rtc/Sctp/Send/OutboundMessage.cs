namespace QuicPair.Rtc.Sctp.Send;

/// <summary>A message of which not every fragment has been sent; it is cut when it is queued.</summary>
internal sealed class OutboundMessage
{
    /// <summary>Names the message while any of its chunks lives; never reused.</summary>
    public long Id { get; set; }

    public uint PayloadProtocol { get; set; }

    public Reliability Reliability { get; set; }

    /// <summary>The sequence number, assigned with the first fragment.</summary>
    public Ssn Ssn { get; set; }

    public bool IsStarted { get; set; }

    /// <summary>The fragments not yet sent.</summary>
    public Block? Head { get; set; }

    public OutboundMessage? Next { get; set; }
}
