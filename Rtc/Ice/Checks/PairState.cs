namespace QuicPair.Rtc.Ice.Checks;

/// <summary>
/// The state of a pair (RFC 8445, section 6.1.2.6). There is one component of one stream, so nothing has to
/// be frozen until a sibling succeeds.
/// </summary>
internal enum PairState
{
    /// <summary>No check has been sent.</summary>
    Waiting,

    /// <summary>Checks have been sent, none is answered.</summary>
    InProgress,

    /// <summary>A check was answered: the pair is valid as long as consent lasts.</summary>
    Succeeded,

    /// <summary>Checks were not answered, or consent expired.</summary>
    Failed,
}
