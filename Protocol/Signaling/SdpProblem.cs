namespace QuicPair.Protocol.Signaling;

/// <summary>Which rule for a signed SDP is broken (QP/1 section 3.1).</summary>
public enum SdpProblem
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>A character outside 0x20–0x7E and CRLF.</summary>
    Characters,

    /// <summary>The last line does not end in CRLF.</summary>
    LineEnding,

    /// <summary>More than 200 lines.</summary>
    TooManyLines,

    /// <summary>A line of more than 512 bytes.</summary>
    LineTooLong,

    /// <summary>Not exactly one media section, or not one for a data channel.</summary>
    Media,

    /// <summary>Not exactly one SHA-256 fingerprint line.</summary>
    Fingerprint,

    /// <summary>More than 32 candidates.</summary>
    TooManyCandidates,
}
