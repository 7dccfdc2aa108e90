using Orleans.Runtime.Placement;
using QuicPair.Grains.Interfaces;
using QuicPair.Grains.Placement;

namespace QuicPair.Cluster.Placement;

/// <summary>
/// Finds the living silo whose name owns a grain; the youngest generation, when one has just been replaced.
/// </summary>
internal sealed class OwnerPlacementDirector(IClusterMembershipService membership) : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(
        PlacementStrategy strategy,
        PlacementTarget target,
        IPlacementContext context)
    {
        var owner = OwnerGrain.OwnerOf(target.GrainIdentity.Key.ToString()!);
        var silo = membership.CurrentSnapshot.FindActive(owner);
        return silo is not null && context.GetCompatibleSilos(target).Contains(silo)
            ? Task.FromResult(silo)
            : Task.FromException<SiloAddress>(new MacUnavailableException(owner));
    }
}
