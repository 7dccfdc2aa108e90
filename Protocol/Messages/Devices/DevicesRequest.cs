namespace QuicPair.Protocol.Messages.Devices;

/// <summary>Owner's device: which devices does this Mac know, and what may they do?</summary>
public sealed record DevicesRequest : Message
{
    /// <inheritdoc/>
    public override string Op => "devices";
}
