namespace QuicPair.Protocol.Messages.Household;

/// <summary>Mac: the household's other Macs that take devices which it vouches for.</summary>
public sealed record MacsReply : Message
{
    /// <inheritdoc/>
    public override string Op => "macs";

    /// <summary>At most 16.</summary>
    public required IReadOnlyList<NamedMac> Macs { get; init; }
}
