namespace QuicPair.Protocol.Messages.Household;

/// <summary>Mac: the other Mac has stored the pairing, pending.</summary>
public sealed record VouchedMessage : Message
{
    /// <inheritdoc/>
    public override string Op => "vouched";

    /// <summary>The other Mac's id.</summary>
    public required string Mac { get; init; }
}
