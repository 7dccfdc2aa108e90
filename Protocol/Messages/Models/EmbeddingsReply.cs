namespace QuicPair.Protocol.Messages.Models;

/// <summary>Mac: one embedding for each text, in order.</summary>
public sealed record EmbeddingsReply : Message
{
    /// <inheritdoc/>
    public override string Op => "embeddings";

    /// <summary>The model's exact name.</summary>
    public required string Model { get; init; }

    /// <summary>The embeddings; all of one length, every number finite.</summary>
    public required IReadOnlyList<float[]> Embeddings { get; init; }

    /// <summary>Tokens of all texts; null when the runner does not say.</summary>
    public long? Tokens { get; init; }
}
