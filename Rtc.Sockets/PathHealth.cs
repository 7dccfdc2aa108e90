namespace QuicPair.Rtc.Sockets;

/// <summary>Whether the path of a connection answers.</summary>
public enum PathHealth
{
    /// <summary>It answers, maybe again, maybe another one.</summary>
    Working,

    /// <summary>
    /// It does not: told about 2 s after the last answer when something is in flight, 8 s when nothing is. The
    /// connection lives on until consent ends (30 s); a restart of ICE may bring it back. Told once more when a restart
    /// has found nothing (20 s).
    /// </summary>
    Silent,
}
