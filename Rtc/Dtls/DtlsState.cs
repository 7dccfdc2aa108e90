namespace QuicPair.Rtc.Dtls;

/// <summary>Where a <see cref="DtlsTransport"/> is in its life.</summary>
public enum DtlsState
{
    /// <summary>Not started; records that arrive are kept for the start.</summary>
    New,

    /// <summary>The handshake is under way; application data that arrives is kept.</summary>
    Handshaking,

    /// <summary>Keys are agreed and the peer's certificate is the expected one.</summary>
    Connected,

    /// <summary>One side has sent close_notify.</summary>
    Closed,

    /// <summary>The handshake failed.</summary>
    Failed,
}
