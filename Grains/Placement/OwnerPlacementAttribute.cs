using Orleans.Placement;

namespace QuicPair.Grains.Placement;

/// <summary>Puts the grains of a class on the silo that their key names.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class OwnerPlacementAttribute() : PlacementAttribute(new OwnerPlacement());
