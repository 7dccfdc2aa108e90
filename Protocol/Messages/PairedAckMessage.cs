namespace QuicPair.Protocol.Messages;

/// <summary>Phone: the lasting keys are stored too.</summary>
public sealed record PairedAckMessage : Message
{
    /// <inheritdoc/>
    public override string Op => "paired_ack";
}
