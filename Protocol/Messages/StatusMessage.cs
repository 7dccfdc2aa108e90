using QuicPair.Protocol.Chat;

namespace QuicPair.Protocol.Messages;

/// <summary>Mac: what the runner does before the first entry.</summary>
public sealed record StatusMessage : Message
{
    /// <inheritdoc/>
    public override string Op => "status";

    /// <summary>The stage.</summary>
    public required LoadStage Stage { get; init; }
}
