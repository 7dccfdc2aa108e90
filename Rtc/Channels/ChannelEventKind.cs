namespace QuicPair.Rtc.Channels;

/// <summary>What happened to the data channels of a connection.</summary>
public enum ChannelEventKind
{
    /// <summary>The association is up; channels opened by us are usable.</summary>
    Connected,

    /// <summary>
    /// A channel is open: one of ours because the association is up, or one that the peer has opened.
    /// </summary>
    Opened,

    /// <summary>A message has arrived.</summary>
    Message,

    /// <summary>The peer closes the channel; what it sent before has been delivered.</summary>
    Closing,

    /// <summary>The channel is closed on both sides; its id may be used again.</summary>
    Closed,

    /// <summary>The association has ended, and all channels with it.</summary>
    Disconnected,
}
