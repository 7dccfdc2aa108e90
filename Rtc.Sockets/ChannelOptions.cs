using QuicPair.Rtc.Channels;

namespace QuicPair.Rtc.Sockets;

/// <summary>A data channel that this end opens (RFC 8831, section 6.1).</summary>
/// <param name="Label">The name that the other end sees.</param>
public sealed record ChannelOptions(string Label)
{
    /// <summary>The subprotocol that the other end sees; empty by default.</summary>
    public string Protocol { get; init; } = "";

    /// <summary>Whether messages arrive in the order in which they were sent; true by default.</summary>
    public bool Ordered { get; init; } = true;

    /// <summary>
    /// How often a lost piece is sent again before the message is given up; null (default) for ever.
    /// </summary>
    public ushort? MaxRetransmits { get; init; }

    /// <summary>How long a message is sent again before it is given up; null (default) for ever.</summary>
    public TimeSpan? MaxLifetime { get; init; }

    internal ChannelParameters ToParameters() => new()
    {
        Label = Label,
        Protocol = Protocol,
        Ordered = Ordered,
        RetransmissionsMax = MaxRetransmits,
        LifetimeMax = MaxLifetime,
    };
}
