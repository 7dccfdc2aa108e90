namespace QuicPair.Rtc.Sctp;

/// <summary>The settings of one association; the defaults are those of WebRTC data channels.</summary>
public sealed record SctpOptions
{
    /// <summary>Our port, <c>a=sctp-port</c> of our description; 5000 by default.</summary>
    public ushort LocalPort { get; init; } = 5000;

    /// <summary>The peer's port, <c>a=sctp-port</c> of its description; 5000 by default.</summary>
    public ushort RemotePort { get; init; } = 5000;

    /// <summary>
    /// The longest packet we send, in bytes; 1191 by default, so that it fits DTLS in a 1280 byte path.
    /// </summary>
    public int PacketLengthMax { get; init; } = SctpTimings.PacketLengthMax;

    /// <summary>The longest message we accept, in bytes; 262,144 by default.</summary>
    public int MessageLengthMax { get; init; } = 256 * 1024;

    /// <summary>
    /// The longest message the peer accepts, <c>a=max-message-size</c>; 262,144 by default.
    /// </summary>
    public int RemoteMessageLengthMax { get; init; } = 256 * 1024;

    /// <summary>
    /// Received bytes that are held until they can be delivered; 5 MiB by default, as browsers announce.
    /// </summary>
    public int ReceiveWindow { get; init; } = 5 * 1024 * 1024;

    /// <summary>Bytes that may wait for sending over all streams; 16 MiB by default.</summary>
    public int SendBuffer { get; init; } = 16 * 1024 * 1024;

    /// <summary>
    /// The timeout before any round trip was measured; 500 ms by default. Three ICE round trips are a good
    /// value.
    /// </summary>
    public TimeSpan InitialRto { get; init; } = SctpTimings.RtoInitial;

    /// <summary>Where buffers come from; null for a pool of the association's own.</summary>
    public BlockPool? Pool { get; init; }
}
