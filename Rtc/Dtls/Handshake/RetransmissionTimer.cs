using QuicPair.Rtc.Machine;

namespace QuicPair.Rtc.Dtls.Handshake;

/// <summary>
/// When a flight is sent again (RFC 6347, section 4.2.4.1). The RFC starts at a second for want of a
/// measurement; ICE has measured.
/// </summary>
internal sealed class RetransmissionTimer(TimeSpan roundTrip)
{
    // Ours, all of them.
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan GiveUp = TimeSpan.FromSeconds(30);

    // Ours: a near server whose own ICE is a moment behind drops the first ClientHello. Until it has said
    // anything, this small message is repeated sooner than a whole flight would be.
    private static readonly TimeSpan Near = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan FirstHello = TimeSpan.FromMilliseconds(10);

    private readonly TimeSpan _initial = Clamp(roundTrip * 2);
    private TimeSpan _interval = roundTrip < Near ? FirstHello : Clamp(roundTrip * 2);
    private Instant _startedAt;
    private Instant _sentAt;

    /// <summary>When to send again; null while there is nothing to wait for.</summary>
    public Instant? Deadline { get; private set; }

    /// <summary>When the handshake has failed for want of an answer.</summary>
    public Instant GiveUpAt => _startedAt + GiveUp;

    public void Start(Instant now) => _startedAt = now;

    /// <summary>The first ClientHello goes out.</summary>
    public void HelloSent(Instant now) => Arm(now);

    /// <summary>A flight that answers the peer goes out: the peer is there.</summary>
    public void FlightSent(Instant now)
    {
        _interval = _initial;
        Arm(now);
    }

    /// <summary>Whether the flight is due; the next time is twice as far away.</summary>
    public bool TryExpire(Instant now)
    {
        if (Deadline is not { } deadline || now < deadline) return false;
        _interval = TimeSpan.FromTicks(Math.Min(_interval.Ticks * 2, Longest.Ticks));
        Arm(now);
        return true;
    }

    /// <summary>
    /// Whether a repeated flight of the peer is answered: not when ours is still under way, so that a flood of
    /// repetitions is not answered one by one.
    /// </summary>
    public bool TryAnswerRepetition(Instant now)
    {
        if (now - _sentAt < _initial / 4) return false;
        Arm(now);
        return true;
    }

    public void Stop() => Deadline = null;

    private void Arm(Instant now) => (_sentAt, Deadline) = (now, now + _interval);

    private static TimeSpan Clamp(TimeSpan interval) =>
        interval < Shortest ? Shortest : interval > Longest ? Longest : interval;
}
