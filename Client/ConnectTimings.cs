namespace QuicPair.Client;

/// <summary>Where the time of connecting went, stage by stage.</summary>
public sealed record ConnectTimings
{
    /// <summary>From the offer's posting to its answer.</summary>
    public TimeSpan Signaling { get; init; }

    /// <summary>From the answer to the first usable path.</summary>
    public TimeSpan Ice { get; init; }

    /// <summary>The DTLS handshake.</summary>
    public TimeSpan Dtls { get; init; }

    /// <summary>The SCTP association and the channel.</summary>
    public TimeSpan Sctp { get; init; }

    /// <summary>The Noise handshake.</summary>
    public TimeSpan Noise { get; init; }

    /// <summary>From the beginning to a session that may be used.</summary>
    public TimeSpan Total { get; init; }
}
