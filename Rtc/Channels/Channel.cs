using QuicPair.Rtc.Sctp;

namespace QuicPair.Rtc.Channels;

/// <summary>One data channel as the association sees it.</summary>
internal sealed class Channel(StreamId id, ChannelParameters parameters, bool isRemote)
{
    public StreamId Id { get; } = id;

    public ChannelParameters Parameters { get; } = parameters;

    public bool IsRemote { get; } = isRemote;

    /// <summary>
    /// Whether the peer surely knows the channel: it has opened or acknowledged it, or has sent on it.
    /// </summary>
    public bool IsKnownToPeer { get; set; } = isRemote || parameters.NegotiatedId is not null;

    /// <summary>Whether the application was told that the channel is open.</summary>
    public bool IsAnnounced { get; set; }

    /// <summary>Whether we have asked for the reset of our side.</summary>
    public bool IsResetRequested { get; set; }

    /// <summary>Whether the reset of our side is acknowledged.</summary>
    public bool IsLocalReset { get; set; }

    /// <summary>Whether the peer has reset its side.</summary>
    public bool IsPeerReset { get; set; }

    public bool AcceptsMessages => !IsResetRequested && !IsPeerReset;
}
