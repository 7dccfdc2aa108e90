using QuicPair.Rtc.Machine;

namespace QuicPair.Rtc.Sctp.Receive;

/// <summary>Decides when a SACK goes out (RFC 9260 section 6.2).</summary>
internal sealed class SackSchedule
{
    private int _packetsUnacknowledged;
    private bool _sentOnce;
    private Instant? _deadline;

    /// <summary>When the delayed SACK is due; null when none waits, or when it is due already.</summary>
    public Instant? Deadline => IsDue ? null : _deadline;

    /// <summary>Whether a SACK has to go out with the next packet, alone if need be.</summary>
    public bool IsDue { get; private set; }

    /// <summary>
    /// Whether a packet with DATA waits for its SACK, so that one may ride along with other chunks.
    /// </summary>
    public bool IsPending => IsDue || _deadline is not null;

    /// <summary>
    /// Takes note of a packet with DATA; <paramref name="immediate"/> for a gap, a duplicate or the I bit.
    /// </summary>
    public void OnDataPacket(Instant now, bool immediate)
    {
        _packetsUnacknowledged++;
        // The first one gives the peer its round trip time early.
        IsDue |= immediate || !_sentOnce || _packetsUnacknowledged >= SctpTimings.PacketsPerSack;
        _deadline ??= now + SctpTimings.SackDelay;
    }

    /// <summary>Asks for a SACK without data, for example because the window has opened.</summary>
    public void Demand() => IsDue = true;

    public void HandleTimeout(Instant now)
    {
        if (_deadline is { } deadline && now >= deadline)
        {
            IsDue = true;
        }
    }

    public void OnSackSent()
    {
        _sentOnce = true;
        _packetsUnacknowledged = 0;
        _deadline = null;
        IsDue = false;
    }
}
