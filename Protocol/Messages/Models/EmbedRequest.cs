namespace QuicPair.Protocol.Messages.Models;

/// <summary>Phone: the embeddings of some texts.</summary>
public sealed record EmbedRequest : Message
{
    /// <inheritdoc/>
    public override string Op => "embed";

    /// <summary>The model's exact name.</summary>
    public required string Model { get; init; }

    /// <summary>1 to 128 texts.</summary>
    public required IReadOnlyList<string> Input { get; init; }

    /// <summary>How many numbers each embedding has, 1 to 65 536; null is the model's own.</summary>
    public long? Dimensions { get; init; }
}
