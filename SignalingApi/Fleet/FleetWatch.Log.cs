namespace QuicPair.SignalingApi.Fleet;

internal sealed partial class FleetWatch
{
    [LoggerMessage(
        1, LogLevel.Error, "The front door cannot remember its Macs; it tries again until it can.")]
    private static partial void LogForgetful(ILogger logger, Exception failure);
}
