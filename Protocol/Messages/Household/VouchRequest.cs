namespace QuicPair.Protocol.Messages.Household;

/// <summary>Phone: vouch for me at another Mac.</summary>
public sealed record VouchRequest : Message
{
    /// <inheritdoc/>
    public override string Op => "vouch";

    /// <summary>The other Mac's id.</summary>
    public required string Mac { get; init; }

    /// <summary>The pairing, sealed to that Mac: 176 bytes.</summary>
    public required byte[] Sealed { get; init; }
}
