namespace QuicPair.Protocol.Messages;

/// <summary>Phone: stop the chat <see cref="Message.Id"/>; ignored when unknown or ended.</summary>
public sealed record CancelMessage : Message
{
    /// <inheritdoc/>
    public override string Op => "cancel";
}
