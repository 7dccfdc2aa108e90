namespace QuicPair.Grains.Interfaces.Presence;

/// <summary>Where the time of a device's last answer went, in milliseconds, and how fast it was. No content.</summary>
/// <param name="QueueMs">Waiting for the runner.</param>
/// <param name="LoadMs">Loading the model; null when the runner does not say.</param>
/// <param name="PromptMs">Reading the prompt.</param>
/// <param name="FirstTokenMs">From the request to the first token.</param>
/// <param name="Tokens">Tokens of the answer.</param>
/// <param name="TokensPerSecond">Speed of the answer.</param>
[GenerateSerializer, Immutable, Alias("quicpair.AnswerTimings")]
public sealed record AnswerTimings(
    [property: Id(0)] long QueueMs,
    [property: Id(1)] long? LoadMs,
    [property: Id(2)] long PromptMs,
    [property: Id(3)] long FirstTokenMs,
    [property: Id(4)] long Tokens,
    [property: Id(5)] double TokensPerSecond);
