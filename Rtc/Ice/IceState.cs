namespace QuicPair.Rtc.Ice;

/// <summary>
/// How far the agent is.
/// <code>
/// New ──(remote credentials known)──► Checking ──(first valid pair)──► Connected
/// Checking ──(20 s without a valid pair)──► Failed ◄──(consent lost on the last pair)── Connected
/// </code>
/// </summary>
internal enum IceState
{
    /// <summary>The remote credentials are unknown.</summary>
    New,

    /// <summary>Checks are being sent, none has been answered.</summary>
    Checking,

    /// <summary>There is a pair to send on.</summary>
    Connected,

    /// <summary>There is none, and none is looked for.</summary>
    Failed,
}
