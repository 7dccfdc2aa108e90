namespace QuicPair.Protocol.Messages.Devices;

/// <summary>Mac: its devices; after a change only the changed one.</summary>
public sealed record DevicesReply : Message
{
    /// <inheritdoc/>
    public override string Op => "devices";

    /// <summary>One for each device.</summary>
    public required IReadOnlyList<DeviceDescription> Devices { get; init; }
}
