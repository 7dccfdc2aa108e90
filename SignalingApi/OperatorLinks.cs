using QuicPair.SignalingApi.Dashboard;
using QuicPair.SignalingApi.Telemetry;

namespace QuicPair.SignalingApi;

/// <summary>
/// What a start says of the operator's pages: those that are served, with the token where a person looks.
/// </summary>
public static class OperatorLinks
{
    /// <summary>One line for each page.</summary>
    /// <param name="services">Those of a front door that has started.</param>
    /// <param name="origin">Where it is reached, such as <c>http://localhost:8443</c>.</param>
    /// <param name="isTerminal">Whether a person reads it; the output of a daemon is somebody's log.</param>
    public static IReadOnlyList<string> Lines(IServiceProvider services, string origin, bool isTerminal)
    {
        ArgumentNullException.ThrowIfNull(services);
        List<string> lines = [];
        if (services.GetRequiredService<MetricsListener>().Address is { } metrics) lines.Add($"Metrics: {metrics}");
        var token = services.GetRequiredService<OperatorToken>();
        var query = token.IsRandom && isTerminal ? $"?token={token.Value}" : "";
        if (services.GetService<DashboardMark>() is not null)
        {
            lines.Add($"Dashboard: {origin}{OperatorGuard.Dashboard}/{query}");
        }

        lines.Add($"Fleet: {origin}{OperatorGuard.Fleet}{query}");
        return lines;
    }
}
