namespace QuicPair.Rtc.Ice;

/// <summary>The numbers of the agent.</summary>
internal static class IceTimings
{
    // From the RFCs.

    /// <summary>RFC 8445, 14.2: Ta "SHOULD be 50 ms" and "MUST NOT be … less than 5 ms".</summary>
    public static readonly TimeSpan FirstChecksPace = TimeSpan.FromMilliseconds(5);

    /// <summary>RFC 7675, 5.1: checks every 5 s, each interval varied by 0.8 to 1.2.</summary>
    public static readonly TimeSpan ConsentInterval = TimeSpan.FromSeconds(5);

    /// <summary>RFC 7675, 5.1: "consent expires after 30 seconds".</summary>
    public static readonly TimeSpan ConsentLifetime = TimeSpan.FromSeconds(30);

    /// <summary>RFC 8445, 6.1.2.5: "the RECOMMENDED default limit" of pairs in a checklist set.</summary>
    public const int MaximumPairs = 100;

    // Ours.

    /// <summary>After this many checks at <see cref="FirstChecksPace"/> the rest waits longer.</summary>
    public const int FirstChecks = 20;

    /// <summary>The pace of the checks after the first ones.</summary>
    public static readonly TimeSpan LaterChecksPace = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// First wait before an unanswered check is repeated. A check is 100 bytes: repeating it early costs
    /// little, waiting the 500 ms of RFC 8489 after a loss would be the largest part of connecting.
    /// </summary>
    public static readonly TimeSpan FirstRepeat = TimeSpan.FromMilliseconds(80);

    /// <summary>The wait doubles up to this.</summary>
    public static readonly TimeSpan LongestRepeat = TimeSpan.FromMilliseconds(1280);

    /// <summary>How long checks go on without any answer before the agent fails.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Valid pairs that are not selected are kept open for a change of path, at this interval.
    /// </summary>
    public static readonly TimeSpan SpareInterval = TimeSpan.FromSeconds(10);

    /// <summary>
    /// A pair with this many checks unanswered (the last one is on its way) yields to one that answers.
    /// </summary>
    public const int UnansweredChecksOfASilentPair = 3;

    /// <summary>
    /// First wait before a check of a pair that worked is repeated, unless two round trips are longer; it doubles up to
    /// <see cref="LongestProbe"/>. So many repeats are quick, then a selected pair is checked at that pace and a spare
    /// one as if it had answered.
    /// </summary>
    public static readonly TimeSpan FirstProbe = TimeSpan.FromMilliseconds(100);

    public static readonly TimeSpan LongestProbe = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The quick repeats of a selected pair wait no longer than this, unless two round trips are longer: there is no
    /// better pair, and its owner wants to know.
    /// </summary>
    public static readonly TimeSpan LongestQuickProbe = TimeSpan.FromMilliseconds(400);

    public const int QuickProbes = 6;

    /// <summary>
    /// A selected pair without an answer for this long, in <see cref="LostAfterChecks"/> checks at least, is told to be
    /// silent; consent goes on for the rest of its time.
    /// </summary>
    public static readonly TimeSpan LostAfter = TimeSpan.FromSeconds(1.5);

    public const int LostAfterChecks = 4;

    /// <summary>Once this long connected, pairs that never worked are forgotten.</summary>
    public static readonly TimeSpan ForgetAfter = TimeSpan.FromSeconds(10);

    /// <summary>Remote candidates, those of the description and those that checks reveal.</summary>
    public const int MaximumRemoteCandidates = 32;

    /// <summary>Local candidates.</summary>
    public const int MaximumLocalCandidates = 16;

    /// <summary>
    /// Responses that wait to be sent; more requests at once are dropped and repeated by the peer.
    /// </summary>
    public const int MaximumWaitingResponses = 16;
}
