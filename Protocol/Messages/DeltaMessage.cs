namespace QuicPair.Protocol.Messages;

/// <summary>Mac: a piece of the answer.</summary>
public sealed record DeltaMessage : Message
{
    /// <inheritdoc/>
    public override string Op => "delta";

    /// <summary>The entry's number in the chat's log, counted from 1; absent without <c>id</c>.</summary>
    public long? Seq { get; init; }

    /// <summary>The text.</summary>
    public required string Content { get; init; }
}
