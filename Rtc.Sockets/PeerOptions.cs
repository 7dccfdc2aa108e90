namespace QuicPair.Rtc.Sockets;

/// <summary>How one connection is made.</summary>
public sealed record PeerOptions
{
    /// <summary>Channels that this end opens as soon as the connection is up; none by default.</summary>
    public IReadOnlyList<ChannelOptions> Channels { get; init; } = [];

    /// <summary>
    /// The certificate to show. By default an answer shows <see cref="RtcHost.Certificate"/> and an offer a
    /// fresh one, so that two connections of one phone cannot be linked.
    /// </summary>
    public LocalCertificate? Certificate { get; init; }

    /// <summary>
    /// Whether only relayed candidates are used, which hides this end's addresses from the peer; false by default.
    /// </summary>
    public bool RelayOnly { get; init; }

    /// <summary>How long from creation the connection may take; 30 seconds by default.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Bytes that may wait to be sent on the connection before a send is refused; 16 MiB by default.
    /// </summary>
    public long SendBufferLimit { get; init; } = 16 << 20;
}
