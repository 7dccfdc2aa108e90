namespace QuicPair.Protocol.Messages;

/// <summary>Mac: the pairing is stored; derive the lasting keys (QP/1 section 5).</summary>
public sealed record PairedMessage : Message
{
    /// <inheritdoc/>
    public override string Op => "paired";

    /// <summary>32 random bytes; erase them once the keys are stored.</summary>
    public required byte[] K { get; init; }
}
