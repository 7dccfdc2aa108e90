namespace QuicPair.Protocol.Messages.Models;

/// <summary>Phone: bring a model into memory; a phone asks for it when it connects.</summary>
public sealed record LoadRequest : Message
{
    /// <inheritdoc/>
    public override string Op => "load";

    /// <summary>The model's exact name; null is the Mac's default.</summary>
    public string? Model { get; init; }
}
