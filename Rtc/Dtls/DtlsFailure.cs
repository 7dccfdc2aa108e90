namespace QuicPair.Rtc.Dtls;

/// <summary>Why a DTLS association could not be made, or ended.</summary>
public enum DtlsFailure
{
    /// <summary>
    /// The certificate of the peer is not the one its description names (RFC 8122, section 6.2).
    /// </summary>
    FingerprintMismatch,

    /// <summary>The handshake did not finish in time.</summary>
    Timeout,

    /// <summary>The peer ended the handshake with a fatal alert.</summary>
    AlertReceived,

    /// <summary>
    /// The peer broke the protocol or has no version, cipher suite or group in common with this end.
    /// </summary>
    ProtocolError,

    /// <summary>This end gave the handshake up.</summary>
    Aborted,
}
