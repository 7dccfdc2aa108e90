namespace QuicPair.Rtc.Session;

/// <summary>Why a session is over.</summary>
public enum SessionEnd
{
    /// <summary>One of the two ends closed it.</summary>
    Closed,

    /// <summary>ICE found no path; <see cref="RtcSession.IceFailure"/> says more.</summary>
    IceFailed,

    /// <summary>The path went silent for 30 s (RFC 7675).</summary>
    ConsentExpired,

    /// <summary>The certificate of the peer is not the one its description names.</summary>
    FingerprintMismatch,

    /// <summary>The DTLS handshake failed; <see cref="RtcSession.DtlsFailure"/> says more.</summary>
    DtlsFailed,

    /// <summary>The SCTP association broke.</summary>
    SctpFailed,
}
