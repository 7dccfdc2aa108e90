namespace QuicPair.Rtc.Sockets;

/// <summary>
/// What a connection has seen so far. Times are counted from the creation of the connection.
/// </summary>
public sealed record PeerStatistics
{
    /// <summary>The way the packets take.</summary>
    public PathKind Path { get; init; }

    /// <summary>Round trip time of the path, smoothed; null before the first measurement.</summary>
    public TimeSpan? RoundTrip { get; init; }

    /// <summary>When ICE had its first usable pair.</summary>
    public TimeSpan? IceConnectedAfter { get; init; }

    /// <summary>When the DTLS handshake was done.</summary>
    public TimeSpan? DtlsConnectedAfter { get; init; }

    /// <summary>When the SCTP association was established.</summary>
    public TimeSpan? SctpConnectedAfter { get; init; }

    /// <summary>Datagrams sent.</summary>
    public long DatagramsSent { get; init; }

    /// <summary>Datagrams received.</summary>
    public long DatagramsReceived { get; init; }

    /// <summary>Datagrams received and dropped: not from this peer, malformed or not authentic.</summary>
    public long DatagramsDropped { get; init; }

    /// <summary>Bytes of UDP payload sent.</summary>
    public long BytesSent { get; init; }

    /// <summary>Bytes of UDP payload received.</summary>
    public long BytesReceived { get; init; }
}
