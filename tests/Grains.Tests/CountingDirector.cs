using System.Collections.Concurrent;
using Orleans.Runtime.Placement;

namespace QuicPair.Grains.Tests;

/// <summary>
/// Counts how often a placement was asked for and how often it had to wait, for each grain: other tests' silos share
/// the process.
/// </summary>
internal sealed class CountingDirector(IPlacementDirector inner) : IPlacementDirector
{
    private static readonly ConcurrentDictionary<string, int> Counts = new();
    private static readonly ConcurrentDictionary<string, int> Waits = new();

    /// <param name="key">The grain's key.</param>
    public static int PlacementsOf(string key) => Counts.GetValueOrDefault(key);

    /// <summary>How many of them waited for anything, another silo or a clock, before they were decided.</summary>
    /// <param name="key">The grain's key.</param>
    public static int WaitsOf(string key) => Waits.GetValueOrDefault(key);

    public Task<SiloAddress> OnAddActivation(
        PlacementStrategy strategy,
        PlacementTarget target,
        IPlacementContext context)
    {
        var key = target.GrainIdentity.Key.ToString()!;
        Counts.AddOrUpdate(key, 1, (_, count) => count + 1);
        var placed = inner.OnAddActivation(strategy, target, context);
        if (!placed.IsCompleted) Waits.AddOrUpdate(key, 1, (_, count) => count + 1);
        return placed;
    }
}
