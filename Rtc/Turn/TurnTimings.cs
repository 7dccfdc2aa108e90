namespace QuicPair.Rtc.Turn;

/// <summary>The numbers of the TURN client.</summary>
internal static class TurnTimings
{
    // From the RFCs.

    /// <summary>RFC 8656, 3.2: the lifetime of an allocation unless another one is asked for.</summary>
    public static readonly TimeSpan DefaultLifetime = TimeSpan.FromMinutes(10);

    /// <summary>
    /// RFC 8656, 12: a channel lives 10 minutes, and its number binds nobody else for "5 minutes" more.
    /// </summary>
    public static readonly TimeSpan ChannelReuse = TimeSpan.FromMinutes(15);

    /// <summary>RFC 8656, 12: channel numbers.</summary>
    public const ushort FirstChannel = 0x4000;

    /// <summary>RFC 8656, 12: channel numbers.</summary>
    public const ushort LastChannel = 0x4FFF;

    /// <summary>RFC 8489, 6.2.1: Rc, "the number of requests", has "a default of 7".</summary>
    public const int MaximumRequests = 7;

    // Ours.

    /// <summary>First wait for an answer over UDP; it doubles up to <see cref="LongestRepeat"/>.</summary>
    public static readonly TimeSpan FirstRepeat = TimeSpan.FromMilliseconds(250);

    public static readonly TimeSpan LongestRepeat = TimeSpan.FromSeconds(4);

    /// <summary>How long an answer over TCP, which repeats by itself, is waited for.</summary>
    public static readonly TimeSpan StreamPatience = TimeSpan.FromSeconds(10);

    /// <summary>An allocation is refreshed this long before its end, or at half of a short life.</summary>
    public static readonly TimeSpan RefreshMargin = TimeSpan.FromMinutes(2);

    /// <summary>A server that grants less is treated as if it had granted this; it must be refreshed often.</summary>
    public static readonly TimeSpan ShortestLifetime = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Permissions, and channels with them, are renewed this often while they are used. RFC 8656, 9: "The Permission
    /// Lifetime MUST be 300 seconds".
    /// </summary>
    public static readonly TimeSpan RenewPermission = TimeSpan.FromMinutes(4);

    /// <summary>A peer that nothing was sent to for this long is forgotten with its permission.</summary>
    public static readonly TimeSpan ForgetPeer = TimeSpan.FromMinutes(5);

    /// <summary>A peer that the server forbids is not asked for again so soon.</summary>
    public static readonly TimeSpan ForbiddenFor = TimeSpan.FromMinutes(1);

    /// <summary>How often the peers are looked through for what is due.</summary>
    public static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10);

    /// <summary>Peers of one allocation: candidates of all its users, those that failed included.</summary>
    public const int MaximumPeers = 256;

    /// <summary>Requests without an answer at one time.</summary>
    public const int MaximumOutstanding = 32;

    /// <summary>Challenges that one request may meet: unknown nonce, stale nonce, once more for a race.</summary>
    public const int MaximumChallenges = 3;

    /// <summary>REALM and NONCE of the server; RFC 8489 has 763 bytes, servers use under 100.</summary>
    public const int MaximumText = 400;
}
