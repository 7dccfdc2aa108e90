namespace QuicPair.SignalingApi.Fleet;

internal sealed partial class FleetWatch
{
    [LoggerMessage(
        1, LogLevel.Error, "The front door cannot remember its Macs: one that is away may seem new.")]
    private static partial void LogForgetful(ILogger logger, Exception failure);
}
