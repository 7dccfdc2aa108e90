using QuicPair.Rtc.Sctp;

namespace QuicPair.Rtc.Channels;

/// <summary>What two sides agree on for one data channel (RFC 8832 section 5.1).</summary>
public sealed record ChannelParameters
{
    /// <summary>The channel's label; need not be unique.</summary>
    public string Label { get; init; } = "";

    /// <summary>The application's subprotocol.</summary>
    public string Protocol { get; init; } = "";

    /// <summary>Whether messages arrive in the order they were sent; true by default.</summary>
    public bool Ordered { get; init; } = true;

    /// <summary>
    /// How long a message is worth sending again; null for as long as it takes. Excludes
    /// <see cref="RetransmissionsMax"/>.
    /// </summary>
    public TimeSpan? LifetimeMax { get; init; }

    /// <summary>How often a lost part of a message is sent again; null for as often as it takes.</summary>
    public int? RetransmissionsMax { get; init; }

    /// <summary>Relative importance (RFC 8831 section 6.4); carried, not acted on.</summary>
    public ushort Priority { get; init; } = 256;

    /// <summary>
    /// The id of a channel that both applications open without in-band negotiation; null for in-band.
    /// </summary>
    public StreamId? NegotiatedId { get; init; }
}
