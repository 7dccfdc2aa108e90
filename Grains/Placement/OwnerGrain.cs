using QuicPair.Grains.Interfaces;

namespace QuicPair.Grains.Placement;

/// <summary>A grain that runs on the silo that its key names and refuses to run anywhere else.</summary>
public abstract class OwnerGrain(ILocalSiloDetails silo) : Grain
{
    /// <inheritdoc/>
    /// <exception cref="MacUnavailableException">This silo is not the owner.</exception>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var owner = OwnerOf(this.GetPrimaryKeyString());
        return silo.Name == owner ? Task.CompletedTask : throw new MacUnavailableException(owner);
    }

    /// <summary>The silo name that owns a grain key.</summary>
    public static string OwnerOf(string key) =>
        PairingKey.TryParse(key, out var pairing) ? pairing.Mac.Value : key;
}
