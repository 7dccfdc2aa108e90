using QuicPair.Rtc.Dtls;
using QuicPair.Rtc.Ice;

namespace QuicPair.Rtc.Sdp;

/// <summary>What a description of ours says.</summary>
internal sealed record LocalParameters
{
    /// <summary>Our ICE credentials.</summary>
    public required IceCredentials Credentials { get; init; }

    /// <summary>The SHA-256 fingerprint of our certificate.</summary>
    public required CertificateFingerprint Fingerprint { get; init; }

    /// <summary>Our candidates, best first; of more than 32 the rest is left out.</summary>
    public required IReadOnlyList<IceCandidate> Candidates { get; init; }

    /// <summary>The number in <c>o=</c>, random (RFC 9429, section 5.2.1); the top bit is not used.</summary>
    public required ulong SessionId { get; init; }

    /// <summary>Grows with each description of a session (RFC 3264, section 8); starts at 2.</summary>
    public int SessionVersion { get; init; } = 2;

    /// <summary>The longest message that we take, in bytes; 256 KiB by default.</summary>
    public int MaximumMessageSize { get; init; } = 256 * 1024;

    /// <summary>The SCTP port; 5000 by default.</summary>
    public ushort SctpPort { get; init; } = 5000;

    /// <summary>The value of <c>a=sctp-init</c>, or null (default).</summary>
    public string? SctpInit { get; init; }
}
