using QuicPair.Rtc.Machine;

namespace QuicPair.Rtc.Sctp;

/// <summary>How long the sender tries to deliver a message (RFC 3758, RFC 7496).</summary>
/// <param name="Unordered">Whether the message may overtake earlier ones of its stream.</param>
/// <param name="Expires">When the message is given up; null for never.</param>
/// <param name="RetransmissionsMax">Retransmissions of a chunk before it is given up; null for no
/// limit.</param>
internal readonly record struct Reliability(
    bool Unordered, Instant? Expires = null, int? RetransmissionsMax = null)
{
    public bool IsPartial => Expires is not null || RetransmissionsMax is not null;

    /// <summary>
    /// Whether a chunk that was sent <paramref name="transmissions"/> times is given up at
    /// <paramref name="now"/>.
    /// </summary>
    public bool IsSpent(Instant now, int transmissions) =>
        (Expires is { } expires && now >= expires)
        || (RetransmissionsMax is { } limit && transmissions > limit);
}
