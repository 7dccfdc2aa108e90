namespace QuicPair.Grains.Interfaces;

/// <summary>What a Mac says to an offer: an answer, or a problem. Exactly one is set.</summary>
/// <param name="Answer">The answer, when the offer was accepted.</param>
/// <param name="Problem">Why not, when it was not.</param>
[GenerateSerializer, Immutable, Alias("quicpair.OfferReply")]
public sealed record OfferReply([property: Id(0)] AnswerEnvelope? Answer, [property: Id(1)] OfferProblem? Problem)
{
    /// <summary>An accepted offer.</summary>
    public static OfferReply Accept(AnswerEnvelope answer) => new(answer, null);

    /// <summary>An offer that gets no answer.</summary>
    public static OfferReply Reject(OfferProblem problem) => new(null, problem);
}
