using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace QuicPair.Cluster;

/// <summary>
/// Keeps categories quiet that would say more than a user can use, or something that is not so.
/// </summary>
public static class QuietLogs
{
    private const string Silo = "Orleans.Runtime.Silo";

    /// <summary>Orleans speaks from Warning up, without its false alarms.</summary>
    public static ILoggingBuilder AddQuietOrleans(this ILoggingBuilder logging)
    {
        ArgumentNullException.ThrowIfNull(logging);
        return logging
            .AddFilter("Orleans", LogLevel.Warning)
            .AddFilter("Polly", LogLevel.Warning)
            .AddSilo()

            // Shows a stack for each part of a start that is called off; what ends a start is thrown.
            .AddFilter("Orleans.Runtime.SiloLifecycleSubject", LogLevel.Critical)

            // Each refused placement is an Error with a stack there; the caller has it as a typed exception.
            .AddFilter("Orleans.Messaging", LogLevel.None)

            // Reports the machine's uptime as a stall at most starts.
            .AddFilter("Orleans.Runtime.Watchdog", LogLevel.Error)

            // Says when the machine is busy.
            .AddFilter("Orleans.Runtime.Scheduler", LogLevel.Error)

            // A Mac that goes to sleep is no news; the membership says it once.
            .AddFilter("Orleans.Runtime.Messaging", LogLevel.Error)

            // What of it matters ends the silo, and that says why.
            .AddFilter("Orleans.Runtime.MembershipService", LogLevel.Critical)
            .AddFilter("Orleans.Runtime.GrainCallCancellationManager", LogLevel.None);
    }

    /// <summary>
    /// Advises a garbage collector that costs a desktop its memory, and shows a stack when a start is called off; what
    /// ends a start is thrown. Not so those whose names only begin alike.
    /// </summary>
    private static ILoggingBuilder AddSilo(this ILoggingBuilder logging)
    {
        logging.Services.Configure<LoggerFilterOptions>(options => options.Rules.Add(new LoggerFilterRule(
            null, Silo, LogLevel.Error, (_, category, level) => category != Silo || level >= LogLevel.Critical)));
        return logging;
    }
}
