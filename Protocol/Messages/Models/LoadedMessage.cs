namespace QuicPair.Protocol.Messages.Models;

/// <summary>Mac: the model is in memory.</summary>
public sealed record LoadedMessage : Message
{
    /// <inheritdoc/>
    public override string Op => "loaded";

    /// <summary>The model's exact name.</summary>
    public required string Model { get; init; }
}
