namespace QuicPair.Protocol.Messages;

/// <summary>Mac: its address changed; the phone starts an ICE restart (QP/1 section 3.5).</summary>
public sealed record RestartMessage : Message
{
    /// <inheritdoc/>
    public override string Op => "restart";
}
