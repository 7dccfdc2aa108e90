namespace QuicPair.Protocol.Messages.Models;

/// <summary>Phone: take a model out of memory.</summary>
public sealed record UnloadRequest : Message
{
    /// <inheritdoc/>
    public override string Op => "unload";

    /// <summary>The model's exact name.</summary>
    public required string Model { get; init; }
}
