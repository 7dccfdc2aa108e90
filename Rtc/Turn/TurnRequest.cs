using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Stun;

namespace QuicPair.Rtc.Turn;

/// <summary>A request without an answer, and how often it was sent.</summary>
internal sealed class TurnRequest(StunMethod method, RelayedPeer? peer = null)
{
    public StunMethod Method { get; } = method;

    /// <summary>Whom it is about, for permissions and channels.</summary>
    public RelayedPeer? Peer { get; } = peer;

    /// <summary>Whether it gives the allocation back.</summary>
    public bool IsFarewell { get; init; }

    public TransactionId Id { get; private set; }

    /// <summary>How often it was sent under its id.</summary>
    public int Sent { get; private set; }

    /// <summary>When it is sent (again) or given up.</summary>
    public Instant Due { get; private set; }

    /// <summary>How often the server asked for another nonce.</summary>
    public int Challenges { get; private set; }

    public bool IsSpent(bool isStream) => Sent >= (isStream ? 1 : TurnTimings.MaximumRequests);

    public void NoteSent(Instant now, TransactionId id, bool isStream)
    {
        Id = id;
        var wait = TurnTimings.FirstRepeat * (1 << Sent++);
        if (wait > TurnTimings.LongestRepeat) wait = TurnTimings.LongestRepeat;
        Due = now + (isStream ? TurnTimings.StreamPatience : wait);
    }

    /// <summary>Sends it once more at once, with what the challenge told; false when that was often enough.</summary>
    public bool TryMeetChallenge(Instant now)
    {
        (Sent, Due) = (0, now);
        return ++Challenges <= TurnTimings.MaximumChallenges;
    }
}
