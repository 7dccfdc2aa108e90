namespace QuicPair.Protocol.Messages.Models;

/// <summary>Phone: fetch a model from where the owner of the Mac allows it.</summary>
public sealed record PullRequest : Message
{
    /// <inheritdoc/>
    public override string Op => "pull";

    /// <summary>The model's exact name.</summary>
    public required string Model { get; init; }
}
