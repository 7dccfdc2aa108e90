using QuicPair.Rtc.Machine;

namespace QuicPair.Rtc.Sctp.Association;

/// <summary>
/// Sends one chunk again and again with growing pauses until its owner leaves the state (T1, T2).
/// </summary>
internal sealed class RetryTimer(TimeSpan firstPause)
{
    private TimeSpan _pause = firstPause;

    public Instant? Deadline { get; private set; }

    /// <summary>Whether the chunk has to go out.</summary>
    public bool IsOwed { get; private set; } = true;

    public int Tries { get; private set; }

    /// <summary>How often a pause has passed without an answer.</summary>
    public int Expirations { get; private set; }

    /// <summary>When the chunk went out the last time.</summary>
    public Instant SentAt { get; private set; }

    public void OnSent(Instant now)
    {
        IsOwed = false;
        Tries++;
        SentAt = now;
        Deadline = now + _pause;
    }

    /// <summary>Asks for the chunk at once, without another pause.</summary>
    public void Demand() => IsOwed = true;

    public void HandleTimeout(Instant now)
    {
        if (Deadline is { } deadline && now >= deadline)
        {
            Deadline = null;
            IsOwed = true;
            Expirations++;
            _pause = _pause * 2 < SctpTimings.RtoMaximum ? _pause * 2 : SctpTimings.RtoMaximum;
        }
    }
}
