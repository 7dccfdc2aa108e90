using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace QuicPair.Cluster.Supervision;

/// <summary>
/// The end of a host that runs. A part that ends by an exception stops the whole host, which says so to its log only:
/// here its process learns it, for the exit code and one sentence.
/// </summary>
public static class HostEnd
{
    /// <summary>Waits until the host is asked to stop.</summary>
    /// <param name="host">A host that has started.</param>
    /// <returns>Which part failed, in one sentence; null when somebody asked.</returns>
    public static async Task<string?> Stopping(this IHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var life = host.Services.GetRequiredService<IHostApplicationLifetime>();
        await using (life.ApplicationStopping.Register(stopping.SetResult))
        {
            await stopping.Task;
        }

        return FailedPart(host.Services);
    }

    /// <summary>Stops a host.</summary>
    /// <param name="host">A host that has started.</param>
    /// <returns>Why it did not end in order, in one sentence; null when it did.</returns>
    public static async Task<string?> EndInOrder(this IHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        try
        {
            await host.StopAsync();
            return null;
        }
        catch (Exception problem)
        {
            return $"QuicPair did not end in order ({Kind(problem)}); its log says more.";
        }
    }

    /// <summary>Which part of a host ended by an exception, in one sentence; null when none did.</summary>
    /// <param name="services">The host's services.</param>
    public static string? FailedPart(IServiceProvider services) => services.GetServices<IHostedService>()
        .OfType<BackgroundService>()
        .FirstOrDefault(part => part.ExecuteTask is { IsFaulted: true }) is { } failed
            ? $"QuicPair ends because a part of it failed ({failed.GetType().Name}: "
                + $"{Kind(failed.ExecuteTask!.Exception!)}); its log says more."
            : null;

    private static string Kind(Exception problem) =>
        problem is AggregateException { InnerException: { } inner } ? Kind(inner) : problem.GetType().Name;
}
