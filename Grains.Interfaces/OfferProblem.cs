namespace QuicPair.Grains.Interfaces;

/// <summary>Why a Mac did not answer an offer; the front door maps each to one status and code.</summary>
public enum OfferProblem
{
    /// <summary>
    /// 403: unknown, expired, used, revoked, wrong auth or wrong time; the caller never learns which.
    /// </summary>
    Refused,

    /// <summary>
    /// 400: the offer is authentic, its description breaks the rules of docs/protocol.md, 3.1.
    /// </summary>
    BadSdp,

    /// <summary>400: the offer is authentic and no protocol version is common.</summary>
    Version,

    /// <summary>429: too many offers of this device.</summary>
    Rate,

    /// <summary>503: too many unfinished peers on this Mac.</summary>
    Overloaded,

    /// <summary>503: the Mac is about to stop, or its owner keeps new phones away.</summary>
    Draining,
}
