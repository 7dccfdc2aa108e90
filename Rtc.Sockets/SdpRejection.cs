namespace QuicPair.Rtc.Sockets;

/// <summary>Why a description cannot be used.</summary>
public enum SdpRejection
{
    /// <summary>It is not a session description, or exceeds the limits on size.</summary>
    Malformed,

    /// <summary>It has no section for data channels (<c>m=application … webrtc-datachannel</c>).</summary>
    NoDataChannel,

    /// <summary>It has no usable <c>a=fingerprint</c>.</summary>
    NoFingerprint,

    /// <summary>It has no <c>a=ice-ufrag</c> or <c>a=ice-pwd</c>.</summary>
    NoCredentials,

    /// <summary>Its <c>a=setup</c> leaves no role for this end.</summary>
    NoRole,
}
