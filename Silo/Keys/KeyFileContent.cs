using System.Collections.Immutable;

namespace QuicPair.Silo.Keys;

/// <summary>Everything that the key file holds.</summary>
/// <param name="MacPrivateKey">The Mac's static X25519 key.</param>
/// <param name="Invitation">The open or claimed invitation.</param>
/// <param name="Devices">Pending and paired devices.</param>
internal sealed record KeyFileContent(
    byte[] MacPrivateKey, Invitation? Invitation, ImmutableDictionary<string, DeviceRecord> Devices)
{
    /// <summary>Nothing: all of it is secret.</summary>
    public override string ToString() => nameof(KeyFileContent);
}
