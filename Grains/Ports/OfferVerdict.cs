using QuicPair.Grains.Interfaces;

namespace QuicPair.Grains.Ports;

/// <summary>What the gate says of an offer.</summary>
public abstract record OfferVerdict
{
    private OfferVerdict()
    {
    }

    /// <summary>The offer is authentic and new: it may make a peer.</summary>
    public sealed record Verified : OfferVerdict;

    /// <summary>
    /// The same offer again while its peer is unfinished: the stored answer, byte for byte.
    /// </summary>
    /// <param name="Answer">The answer given before.</param>
    public sealed record Repeated(AnswerEnvelope Answer) : OfferVerdict;

    /// <summary>The offer makes no peer.</summary>
    /// <param name="Problem">What the front door may say.</param>
    public sealed record Rejected(OfferProblem Problem) : OfferVerdict;
}
