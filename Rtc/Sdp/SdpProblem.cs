namespace QuicPair.Rtc.Sdp;

/// <summary>Why a description cannot be used.</summary>
public enum SdpProblem
{
    /// <summary>Nothing is wrong.</summary>
    None,

    /// <summary>Longer than 32 KiB or 500 lines, or with more than 16 media sections.</summary>
    TooLong,

    /// <summary>Not a session description (RFC 8866): it does not start with <c>v=0</c>.</summary>
    Malformed,

    /// <summary>No media section for data channels, or one that is rejected (port 0).</summary>
    NoDataChannel,

    /// <summary>More than one media section for data channels.</summary>
    SeveralDataChannels,

    /// <summary>
    /// <c>a=ice-ufrag</c> or <c>a=ice-pwd</c> is missing or not valid (RFC 8839, section 5.4).
    /// </summary>
    NoCredentials,

    /// <summary>
    /// No <c>a=fingerprint</c> with a hash function that is still good (RFC 8122, section 5).
    /// </summary>
    NoFingerprint,

    /// <summary><c>a=setup</c> leaves no role for this end (RFC 8842, section 5.2).</summary>
    NoRole,

    /// <summary>The fingerprint is not that of the peer that the session is bound to.</summary>
    AnotherPeer,
}
