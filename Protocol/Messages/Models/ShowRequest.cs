namespace QuicPair.Protocol.Messages.Models;

/// <summary>Phone: what is this model?</summary>
public sealed record ShowRequest : Message
{
    /// <inheritdoc/>
    public override string Op => "show";

    /// <summary>The model's exact name.</summary>
    public required string Model { get; init; }
}
