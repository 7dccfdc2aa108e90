namespace QuicPair.Protocol.Messages.Models;

/// <summary>Mac: the model is no longer in memory.</summary>
public sealed record UnloadedMessage : Message
{
    /// <inheritdoc/>
    public override string Op => "unloaded";

    /// <summary>The model's exact name.</summary>
    public required string Model { get; init; }
}
