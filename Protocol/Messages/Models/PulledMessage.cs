namespace QuicPair.Protocol.Messages.Models;

/// <summary>Mac: the model is there.</summary>
public sealed record PulledMessage : Message
{
    /// <inheritdoc/>
    public override string Op => "pulled";

    /// <summary>The model's exact name.</summary>
    public required string Model { get; init; }
}
