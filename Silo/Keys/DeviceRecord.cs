namespace QuicPair.Silo.Keys;

/// <summary>A device that holds lasting keys.</summary>
/// <param name="Id">The device's id.</param>
/// <param name="PublicKey">The device's static X25519 key, <c>P</c>.</param>
/// <param name="Psk">The lasting pre-shared key.</param>
/// <param name="OfferKey">The lasting key of its offers.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="IsPaired">False while the phone has not shown that it stored the keys.</param>
/// <param name="Since">When it came to this stage.</param>
internal sealed record DeviceRecord(
    string Id, byte[] PublicKey, byte[] Psk, byte[] OfferKey, string Name, bool IsPaired, DateTimeOffset Since)
{
    /// <summary>What it may do; null is the default.</summary>
    public DeviceRights? Rights { get; init; }

    /// <summary>The pairing that it comes from; null for a device that was scanned here.</summary>
    public PairingOrigin? Origin { get; init; }

    /// <summary>The Macs at which this one vouched for it.</summary>
    public IReadOnlyList<string> VouchedTo { get; init; } = [];

    /// <summary>Without name and keys.</summary>
    public override string ToString() => $"DeviceRecord {{ {Id} }}";
}
