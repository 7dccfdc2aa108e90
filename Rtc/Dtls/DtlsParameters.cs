namespace QuicPair.Rtc.Dtls;

/// <summary>What a handshake must know before its first message.</summary>
/// <param name="Role">The side this end plays.</param>
/// <param name="PeerFingerprints">What the peer's description promises; its certificate must match one of
/// them.</param>
/// <param name="RoundTrip">Round trip time that ICE measured; the first retransmission follows from
/// it.</param>
public sealed record DtlsParameters(
    DtlsRole Role,
    IReadOnlyList<CertificateFingerprint> PeerFingerprints,
    TimeSpan RoundTrip);
