namespace QuicPair.Protocol.Messages;

/// <summary>Mac: the chat waits.</summary>
public sealed record QueuedMessage : Message
{
    /// <inheritdoc/>
    public override string Op => "queued";

    /// <summary>Chats ahead, at least 1.</summary>
    public required long Position { get; init; }
}
