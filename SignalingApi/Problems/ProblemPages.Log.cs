namespace QuicPair.SignalingApi.Problems;

internal sealed partial class ProblemPages
{
    [LoggerMessage(1, LogLevel.Error, "A request failed.")]
    private static partial void LogFailure(ILogger logger, Exception failure);
}
