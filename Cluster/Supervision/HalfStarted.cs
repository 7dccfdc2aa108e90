using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace QuicPair.Cluster.Supervision;

/// <summary>The end of a host whose start broke off.</summary>
public static class HalfStarted
{
    private const string Directory = "LocalGrainDirectory";

    /// <summary>Stops what of it runs, so that the other silos need not find out, and disposes it.</summary>
    /// <param name="host">A host whose start threw.</param>
    public static async Task Abandon(this IHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        try
        {
            await host.StopAsync();
        }
        catch (Exception)
        {
            // Half a silo cannot stop in order, and why the start broke off is what counts.
            await EndDirectory(host.Services);
        }
        finally
        {
            if (host is IAsyncDisposable open) await open.DisposeAsync();
            else host.Dispose();
        }
    }

    /// <summary>
    /// A silo that never ran refuses to stop any of its parts, and then its directory asks a membership that is gone
    /// for news, without a pause, for as long as the process lives. The whole lifecycle cannot be stopped by hand: the
    /// silo's disposal would wait for ever.
    /// </summary>
    private static async Task EndDirectory(IServiceProvider services)
    {
        try
        {
            var stops = new Stops();
            services.GetServices<ILifecycleParticipant<ISiloLifecycle>>()
                .FirstOrDefault(part => part.GetType().Name == Directory)?.Participate(stops);
            foreach (var part in stops.Parts)
            {
                await part.OnStop();
            }
        }
        catch (Exception)
        {
            // The start broke off before there was one.
        }
    }

    /// <summary>A lifecycle that only asks who takes part.</summary>
    private sealed class Stops : ISiloLifecycle, IDisposable
    {
        public List<ILifecycleObserver> Parts { get; } = [];

        public int HighestCompletedStage => int.MaxValue;

        public int LowestStoppedStage => int.MaxValue;

        public IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer)
        {
            Parts.Add(observer);
            return this;
        }

        public void Dispose()
        {
        }
    }
}
