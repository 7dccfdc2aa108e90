namespace QuicPair.Rtc.Sockets;

/// <summary>How a TURN server is reached (RFC 7065, section 3.1).</summary>
public enum IceTransport
{
    /// <summary>Over UDP.</summary>
    Udp,

    /// <summary>Over TCP.</summary>
    Tcp,

    /// <summary>Over TLS over TCP.</summary>
    Tls,
}
