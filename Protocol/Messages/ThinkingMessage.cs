namespace QuicPair.Protocol.Messages;

/// <summary>Mac: a piece of the model's thinking.</summary>
public sealed record ThinkingMessage : Message
{
    /// <inheritdoc/>
    public override string Op => "thinking";

    /// <summary>The entry's number in the chat's log, counted from 1; absent without <c>id</c>.</summary>
    public long? Seq { get; init; }

    /// <summary>The text.</summary>
    public required string Content { get; init; }
}
