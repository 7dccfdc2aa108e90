using Orleans.Runtime.Placement;

namespace QuicPair.Grains.Tests;

/// <summary>Counts how often a placement was asked for.</summary>
internal sealed class CountingDirector(IPlacementDirector inner) : IPlacementDirector
{
    private static int _placements;

    public static int Placements => _placements;

    public Task<SiloAddress> OnAddActivation(
        PlacementStrategy strategy,
        PlacementTarget target,
        IPlacementContext context)
    {
        Interlocked.Increment(ref _placements);
        return inner.OnAddActivation(strategy, target, context);
    }
}
