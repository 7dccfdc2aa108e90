using QuicPair.Protocol.Signaling;

namespace QuicPair.Client.Signaling;

/// <summary>What came back for an offer: an answer, or a refusal with the Mac's clock.</summary>
/// <param name="Answer">The answer; null when refused.</param>
/// <param name="Now">The clock that a refusal tells, Unix seconds.</param>
internal sealed record SignalingReply(OfferResponse? Answer, long? Now);
