namespace QuicPair.Rtc.Sctp;

/// <summary>The constants of the association.</summary>
internal static class SctpTimings
{
    // From the RFCs.

    /// <summary>RFC 9260 section 6.3.1: RTO.Alpha 1/8.</summary>
    public const double RtoAlpha = 0.125;

    /// <summary>RFC 9260 section 6.3.1: RTO.Beta 1/4.</summary>
    public const double RtoBeta = 0.25;

    /// <summary>
    /// RFC 9260 section 6.2: "an acknowledgement SHOULD be generated for at least every second packet".
    /// </summary>
    public const int PacketsPerSack = 2;


    /// <summary>RFC 9260 section 16: HB.interval 30 seconds.</summary>
    public static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(30);

    // Ours.

    /// <summary>
    /// 1280 (IPv6) - 40 - 8 (UDP) - 24 (TURN and padding) - 13 - 4 (DTLS), as libwebrtc derives it.
    /// </summary>
    public const int PacketLengthMax = 1191;

    /// <summary>Packets in flight before anything is known about the path (RFC 6928 for TCP).</summary>
    public const int InitialWindowPackets = 10;

    /// <summary>No window below this after a loss (RFC 9260 section 7.2.3: 4 * PMDCS).</summary>
    public const int MinimumWindowPackets = 4;

    /// <summary>Tries to end an association before it counts as gone.</summary>
    public const int ShutdownTriesMax = 8;

    /// <summary>
    /// RFC 9260 section 9.2: T5-shutdown-guard, "5 times RTO.Max"; with a short RTO.Max slow paths need longer.
    /// </summary>
    public static readonly TimeSpan ShutdownGuard = TimeSpan.FromSeconds(60);

    /// <summary>
    /// RFC 9260 has 1 s; a lost INIT would then cost more than everything else in a connection.
    /// </summary>
    public static readonly TimeSpan RtoInitial = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Room for the variance of a round trip: the peers' delayed acknowledgement is up to 200 ms.
    /// </summary>
    public static readonly TimeSpan RtoVariationMinimum = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Backing off further would only delay the recovery; ICE decides when the peer is gone.
    /// </summary>
    public static readonly TimeSpan RtoMaximum = TimeSpan.FromSeconds(4);

    /// <summary>
    /// RFC 9260 section 6.2 allows 200 ms; short enough not to look like a lost tail to the peer.
    /// </summary>
    public static readonly TimeSpan SackDelay = TimeSpan.FromMilliseconds(20);

    /// <summary>The least reordering that does not count as loss, and the host's timer granularity.</summary>
    public static readonly TimeSpan ReorderingWindowMinimum = TimeSpan.FromMilliseconds(1);

    /// <summary>
    /// The least time after the last packet before a probe for a lost tail (RFC 8985 section 7.2).
    /// </summary>
    public static readonly TimeSpan ProbeMinimum = TimeSpan.FromMilliseconds(10);

    /// <summary>A minimum round trip is believed this long; a path may change under an ICE restart.</summary>
    public static readonly TimeSpan MinimumRoundTripLife = TimeSpan.FromSeconds(10);
}
