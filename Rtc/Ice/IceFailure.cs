namespace QuicPair.Rtc.Ice;

/// <summary>Why an agent failed.</summary>
public enum IceFailure
{
    /// <summary>
    /// There was no pair to check: no candidate of the peer can be reached from here, and the peer sent no
    /// check.
    /// </summary>
    NoCandidatePairs,

    /// <summary>
    /// Checks were sent and nothing ever came from the peer: a firewall or NAT drops both directions.
    /// </summary>
    NoAnswer,

    /// <summary>Checks of the peer arrived, ours were never answered: only one direction works.</summary>
    OneWay,

    /// <summary>The path worked and went silent for 30 s (RFC 7675).</summary>
    ConsentExpired,
}
