using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace QuicPair.Cluster.Supervision;

/// <summary>
/// What happens when a silo cannot go on: the cluster declared it dead while the Mac slept, or its list of members is
/// gone. Orleans would abort the process, and with it every phone's connection, and leave its memory in a core file.
/// Here the host ends in order, and whoever runs it starts a new one.
/// </summary>
public sealed partial class SiloFailure : IFatalErrorHandler
{
    private readonly IHostApplicationLifetime _host;
    private readonly ILogger<SiloFailure> _logger;
    private int _failed;

    /// <summary>Ends this host.</summary>
    public SiloFailure(IHostApplicationLifetime host, ILogger<SiloFailure> logger)
    {
        _host = host;
        _logger = logger;
    }

    /// <summary>Whether the host ends, or ended, because its silo failed.</summary>
    public bool HasFailed => Volatile.Read(ref _failed) != 0;

    /// <inheritdoc/>
    public bool IsUnexpected(Exception exception) => exception is not OperationCanceledException;

    /// <inheritdoc/>
    public void OnFatalException(object? sender, string? context, Exception? exception)
    {
        if (Interlocked.Exchange(ref _failed, 1) == 0)
        {
            LogFailed(_logger, context ?? exception?.GetType().Name ?? "no reason given");
            _host.StopApplication();
        }
    }

    /// <summary>Ends this host so that its silo starts anew with other settings.</summary>
    public void Replace()
    {
        if (Interlocked.Exchange(ref _failed, 1) == 0)
        {
            _host.StopApplication();
        }
    }

    [LoggerMessage(1, LogLevel.Error, "The silo cannot go on: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);
}
