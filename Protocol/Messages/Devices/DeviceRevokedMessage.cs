namespace QuicPair.Protocol.Messages.Devices;

/// <summary>Mac: the device is removed, and its sessions are closed.</summary>
public sealed record DeviceRevokedMessage : Message
{
    /// <inheritdoc/>
    public override string Op => "device_revoked";

    /// <summary>The device's id.</summary>
    public required string Device { get; init; }
}
