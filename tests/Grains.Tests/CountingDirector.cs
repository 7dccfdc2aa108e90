using System.Collections.Concurrent;
using Orleans.Runtime.Placement;

namespace QuicPair.Grains.Tests;

/// <summary>Counts how often a placement was asked for, for each grain: other tests' silos share the process.</summary>
internal sealed class CountingDirector(IPlacementDirector inner) : IPlacementDirector
{
    private static readonly ConcurrentDictionary<string, int> Counts = new();

    /// <param name="key">The grain's key.</param>
    public static int PlacementsOf(string key) => Counts.GetValueOrDefault(key);

    public Task<SiloAddress> OnAddActivation(
        PlacementStrategy strategy,
        PlacementTarget target,
        IPlacementContext context)
    {
        Counts.AddOrUpdate(target.GrainIdentity.Key.ToString()!, 1, (_, count) => count + 1);
        return inner.OnAddActivation(strategy, target, context);
    }
}
