namespace QuicPair.Protocol.Messages.Household;

/// <summary>Phone: which other Macs does the household have?</summary>
public sealed record MacsRequest : Message
{
    /// <inheritdoc/>
    public override string Op => "macs";
}
