using Microsoft.Extensions.Logging;
using QuicPair.Grains.Interfaces;

namespace QuicPair.Grains.Pairings;

internal sealed partial class PairingGrain
{
    [LoggerMessage(1, LogLevel.Debug, "Pairing {Key} went from {Before} to {After}.")]
    private static partial void LogStage(ILogger logger, PairingKey key, string before, string after);

    [LoggerMessage(
        2, LogLevel.Warning, "A device is revoked, but its record is not written yet: {Failure}.")]
    private static partial void LogUnwritten(ILogger logger, string failure);
}
