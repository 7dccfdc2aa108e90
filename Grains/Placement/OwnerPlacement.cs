
namespace QuicPair.Grains.Placement;

/// <summary>
/// Places a grain on the silo that its key names: a <see cref="Interfaces.PairingKey"/> on its Mac, any other
/// key on the silo of that name. The owner is a pure function of the key, so it is also how everybody finds
/// the activation.
/// </summary>
[GenerateSerializer, Immutable, SuppressReferenceTracking, Alias("quicpair.OwnerPlacement")]
public sealed class OwnerPlacement : PlacementStrategy
{
    /// <summary>The name of the grain directory in which each silo knows only its own activations.</summary>
    public const string DirectoryName = "owner";
}
