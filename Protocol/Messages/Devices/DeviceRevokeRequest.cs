namespace QuicPair.Protocol.Messages.Devices;

/// <summary>Owner's device: removes a device; it is disconnected at once and never admitted again.</summary>
public sealed record DeviceRevokeRequest : Message
{
    /// <inheritdoc/>
    public override string Op => "device_revoke";

    /// <summary>The device's id.</summary>
    public required string Device { get; init; }
}
