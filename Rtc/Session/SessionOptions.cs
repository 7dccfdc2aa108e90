using QuicPair.Rtc.Channels;
using QuicPair.Rtc.Dtls;
using QuicPair.Rtc.Ice;
using QuicPair.Rtc.Sctp;

namespace QuicPair.Rtc.Session;

/// <summary>How a session is made.</summary>
public sealed record SessionOptions
{
    /// <summary>The SHA-256 fingerprint of the certificate that our DTLS shows.</summary>
    public required CertificateFingerprint Fingerprint { get; init; }

    /// <summary>Our candidates, best first.</summary>
    public required IReadOnlyList<IceCandidate> Candidates { get; init; }

    /// <summary>Channels that this end opens as soon as the association is up; none by default.</summary>
    public IReadOnlyList<ChannelParameters> Channels { get; init; } = [];

    /// <summary>
    /// The settings of SCTP; what the peer's description says (port, longest message) and what ICE measures
    /// (<see cref="SctpOptions.InitialRto"/>) is filled in.
    /// </summary>
    public SctpOptions Sctp { get; init; } = new();
}
