namespace QuicPair.Rtc.Sockets.Dtls;

/// <summary>When a handshake repeats itself and when it gives up.</summary>
internal readonly record struct HandshakeTiming(int ResendMilliseconds, int TimeoutMilliseconds)
{
    // Ours. RFC 6347, section 4.2.4.1 suggests a second for want of a measurement; ICE has measured.
    private const int MinimumResend = 50;
    private const int MaximumResend = 1_000;
    private const int GiveUp = 30_000;

    /// <summary>Timing for a path with this round trip time.</summary>
    public static HandshakeTiming For(TimeSpan roundTrip) =>
        new(Math.Clamp((int)(2 * roundTrip.TotalMilliseconds), MinimumResend, MaximumResend), GiveUp);
}
