using System.Collections.Immutable;

namespace QuicPair.Silo.Keys;

/// <summary>Everything that the key file holds.</summary>
/// <param name="MacPrivateKey">The Mac's static X25519 key.</param>
/// <param name="Invitation">The open or claimed invitation.</param>
/// <param name="Devices">Pending and paired devices.</param>
internal sealed record KeyFileContent(
    byte[] MacPrivateKey, Invitation? Invitation, ImmutableDictionary<string, DeviceRecord> Devices)
{
    /// <summary>By what members are known; null for a Mac that is alone.</summary>
    public HouseholdTrust? Trust { get; init; }

    /// <summary>Pairings of other Macs that are over here, and until when that has to be remembered.</summary>
    public ImmutableDictionary<PairingOrigin, DateTimeOffset> Former { get; init; } =
        ImmutableDictionary<PairingOrigin, DateTimeOffset>.Empty;

    /// <summary>The ids of the household's other Macs, however long ago they were heard of.</summary>
    public ImmutableList<string> Members { get; init; } = [];

    /// <summary>Revocations that are still to be told.</summary>
    public ImmutableList<OwedRevocation> Owed { get; init; } = [];

    /// <summary>Nothing: all of it is secret.</summary>
    public override string ToString() => nameof(KeyFileContent);
}
