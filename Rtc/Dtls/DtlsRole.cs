namespace QuicPair.Rtc.Dtls;

/// <summary>
/// Which side of the DTLS handshake this end plays (SDP's <c>a=setup</c>, RFC 8842, section 5).
/// </summary>
public enum DtlsRole
{
    /// <summary>Sends the ClientHello (<c>setup:active</c>).</summary>
    Client,

    /// <summary>Waits for the ClientHello (<c>setup:passive</c>).</summary>
    Server,
}
