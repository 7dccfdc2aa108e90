namespace QuicPair.Rtc.Session;

/// <summary>What happened to a session.</summary>
public enum SessionEventKind
{
    /// <summary>The state changed; <see cref="SessionEvent.State"/> tells. Not told for the end.</summary>
    StateChanged,

    /// <summary>Data goes out on another path from here on.</summary>
    PathChanged,

    /// <summary>
    /// The path does not answer, and there is no other: the peer may have vanished, or a network changed. Consent, and
    /// with it the session, goes on for a while; a restart of ICE may bring it back. Told once more when a restart has
    /// found nothing.
    /// </summary>
    PathSilent,

    /// <summary>There is a path again that answers.</summary>
    PathAnswers,

    /// <summary>A channel is open, by either end.</summary>
    ChannelOpened,

    /// <summary>A message has arrived.</summary>
    Message,

    /// <summary>The peer closes a channel; all that it sent before has been delivered.</summary>
    ChannelClosing,

    /// <summary>A channel is closed at both ends.</summary>
    ChannelClosed,

    /// <summary>
    /// The session is over: nothing follows. Drain <see cref="RtcSession.TryTransmit"/> once more, then
    /// dispose.
    /// </summary>
    Ended,
}
