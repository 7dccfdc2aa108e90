namespace QuicPair.Silo.Phones;

/// <summary>Limits of phones' peers and sessions (docs/protocol.md, 4 and 6).</summary>
internal static class PhoneTimings
{
    // From the protocol.

    public const int UnfinishedPerDevice = 2;
    public const int UnfinishedPerMac = 8;
    public const long MaxBuffered = 256 * 1024;
    public static readonly TimeSpan Handshake = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan Unlive = TimeSpan.FromSeconds(30);
    public static readonly TimeSpan NoProgress = TimeSpan.FromSeconds(30);
    public static readonly TimeSpan Session = TimeSpan.FromHours(12);
    public static readonly TimeSpan Flush = TimeSpan.FromSeconds(1);

    // Ours.

    /// <summary>
    /// An unlive peer whose owner is comparing the six digits when <see cref="Unlive"/> is over: the owner has 60 s,
    /// which begin with the handshake's end, and the phone has the rest (docs/decisions/0006).
    /// </summary>
    public static readonly TimeSpan UnliveConfirming = TimeSpan.FromSeconds(95);

    /// <summary>Sending goes on when this little waits: half, so that the channel never runs dry.</summary>
    public const long ResumeBuffered = MaxBuffered / 2;

    /// <summary>
    /// Replies that a phone leaves unread before it is shown the door. One that reads everything may have 10 MiB wait
    /// while its path stalls: the replies to the 8 requests of a connection (docs/protocol.md, 7.1), a message of an
    /// answer and the list of models, of 1 MiB each.
    /// </summary>
    public const long MaxUnread = 16 * 1024 * 1024;

    /// <summary>Received bytes that may wait for the session.</summary>
    public const long MaxUnhandled = 32 * 1024 * 1024;

    /// <summary>A phone that waits for an answer hears a ping when there was nothing else for so long.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    /// <summary>How often a session looks at its clocks.</summary>
    public static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    /// <summary>A revoked device is cut off at the latest after this.</summary>
    public static readonly TimeSpan RevocationFlush = TimeSpan.FromMilliseconds(500);
}
