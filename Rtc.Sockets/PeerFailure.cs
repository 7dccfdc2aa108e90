namespace QuicPair.Rtc.Sockets;

/// <summary>Why a connection ended other than by an orderly close.</summary>
public enum PeerFailure
{
    /// <summary>No path between the two ends was found in time (RFC 8445).</summary>
    IceFailed,

    /// <summary>The path fell silent: no consent for 30 seconds (RFC 7675).</summary>
    ConsentExpired,

    /// <summary>The certificate of the peer is not the one its description names.</summary>
    FingerprintMismatch,

    /// <summary>The DTLS handshake failed or did not finish.</summary>
    DtlsFailed,

    /// <summary>The SCTP association could not be made or was aborted.</summary>
    SctpFailed,

    /// <summary>A handler of this process threw: <see cref="PeerConnection.HandlerException"/>.</summary>
    HandlerFailed,
}
