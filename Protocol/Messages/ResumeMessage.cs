namespace QuicPair.Protocol.Messages;

/// <summary>
/// Phone: send the entries of chat <see cref="Message.Id"/> again that come after <see cref="After"/>.
/// </summary>
public sealed record ResumeMessage : Message
{
    /// <inheritdoc/>
    public override string Op => "resume";

    /// <summary>The last number that the phone has; 0 for all.</summary>
    public required long After { get; init; }
}
