namespace QuicPair.Protocol.Messages;

/// <summary>Phone: are you there? The reply carries the same id.</summary>
public sealed record PingMessage : Message
{
    /// <inheritdoc/>
    public override string Op => "ping";
}
