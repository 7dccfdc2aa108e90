namespace QuicPair.Protocol.Messages;

/// <summary>Mac: the pairing is complete; the invitation may be forgotten.</summary>
public sealed record PairedDoneMessage : Message
{
    /// <inheritdoc/>
    public override string Op => "paired_done";
}
