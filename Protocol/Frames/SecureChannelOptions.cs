using QuicPair.Protocol.Handshake;

namespace QuicPair.Protocol.Frames;

/// <summary>The limits of one session; the defaults are QP/1's for a Mac.</summary>
public sealed record SecureChannelOptions
{
    /// <summary>
    /// The largest JSON message that is accepted, in bytes; default 8 MiB (a phone takes 1 MiB).
    /// </summary>
    public int MaxMessageBytes { get; init; } = ChannelLimits.MaxMessageToMac;

    /// <summary>How long one message may take to arrive; default 30 s.</summary>
    public TimeSpan MaxMessageDuration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long channel messages are made; default <see cref="PaddingPolicy.Off"/>.</summary>
    public PaddingPolicy Padding { get; init; }

    /// <summary>Shared by the sessions of one Mac; null is unlimited.</summary>
    public ReassemblyBudget? Budget { get; init; }
}
