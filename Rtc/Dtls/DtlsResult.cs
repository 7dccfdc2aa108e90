namespace QuicPair.Rtc.Dtls;

/// <summary>What a finished handshake hands out.</summary>
public sealed class DtlsResult
{
    /// <summary>The keys of application data.</summary>
    public required DtlsKeys Keys { get; init; }

    /// <summary>The certificate that the peer has proved to own, DER.</summary>
    public required byte[] PeerCertificate { get; init; }

    /// <summary>
    /// The datagrams of the last flight when this end sent it, else empty. RFC 6347, section 4.2.4: the node
    /// that transmits the last flight MUST respond to a retransmit of the peer's last flight with a
    /// retransmit of the last flight.
    /// </summary>
    public required IReadOnlyList<byte[]> LastFlight { get; init; }
}
