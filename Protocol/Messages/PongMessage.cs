namespace QuicPair.Protocol.Messages;

/// <summary>Mac: the reply to a ping.</summary>
public sealed record PongMessage : Message
{
    /// <inheritdoc/>
    public override string Op => "pong";
}
