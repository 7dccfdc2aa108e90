namespace QuicPair.Rtc.Session;

/// <summary>How far a session is; it only moves down this list.</summary>
public enum SessionState
{
    /// <summary>An offer without its answer.</summary>
    New,

    /// <summary>ICE looks for a path.</summary>
    FindingPath,

    /// <summary>The DTLS handshake is under way.</summary>
    Securing,

    /// <summary>The SCTP association is being set up.</summary>
    Associating,

    /// <summary>Channels are usable.</summary>
    Connected,

    /// <summary>This end has closed; what was sent before is still delivered.</summary>
    Closing,

    /// <summary>Over.</summary>
    Ended,
}
