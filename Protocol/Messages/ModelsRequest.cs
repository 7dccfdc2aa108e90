namespace QuicPair.Protocol.Messages;

/// <summary>Phone: which models are there?</summary>
public sealed record ModelsRequest : Message
{
    /// <inheritdoc/>
    public override string Op => "models";
}
