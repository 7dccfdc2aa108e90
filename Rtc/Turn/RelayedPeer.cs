using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Turn;

/// <summary>Somebody that an allocation sends to: a permission, and a channel once data flows.</summary>
internal sealed class RelayedPeer(TransportAddress address)
{
    public TransportAddress Address { get; } = address;

    /// <summary>When something was sent to it last.</summary>
    public Instant LastUsed { get; set; }

    /// <summary>When its permission, and its channel, are to be renewed.</summary>
    public Instant RenewAt { get; set; }

    /// <summary>Whether a request for it waits for its answer.</summary>
    public bool IsAsking { get; set; }

    /// <summary>Whether the server has granted a permission.</summary>
    public bool IsPermitted { get; set; }

    /// <summary>Until then the server does not let us send to it.</summary>
    public Instant? ForbiddenUntil { get; set; }

    /// <summary>Until then no channel is asked for: the server refused one.</summary>
    public Instant? NoChannelUntil { get; set; }

    /// <summary>Its channel; 0 as long as there is none.</summary>
    public ushort Channel { get; set; }

    /// <summary>Whether the server has bound the channel.</summary>
    public bool IsBound { get; set; }

    /// <summary>Whether data, and not only checks, goes to it: worth a channel.</summary>
    public bool WantsChannel { get; set; }
}
