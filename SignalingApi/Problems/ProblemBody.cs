namespace QuicPair.SignalingApi.Problems;

/// <summary>RFC 9457 problem details with the code that programs read.</summary>
/// <param name="Title">One sentence for people.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">The code.</param>
/// <param name="Now">The front door's clock in unix seconds, with <c>refused</c> only.</param>
internal sealed record ProblemBody(string Title, int Status, string Code, long? Now);
