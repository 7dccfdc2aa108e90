namespace QuicPair.Rtc.Sdp;

/// <summary>Who starts DTLS, as <c>a=setup</c> says it of its sender (RFC 8842, section 5.2).</summary>
internal enum SdpSetup
{
    /// <summary>Either: the answerer chooses.</summary>
    ActPass,

    /// <summary>The sender starts.</summary>
    Active,

    /// <summary>The sender waits.</summary>
    Passive,
}
