namespace QuicPair.Client.Signaling;

/// <summary>What came back for a request: an answer, or a refusal with the clock that it tells.</summary>
/// <param name="Answer">The answer; null when there is none.</param>
/// <param name="Now">The clock that a refusal tells, Unix seconds.</param>
internal sealed record SignalingReply<T>(T? Answer, long? Now)
    where T : class;
