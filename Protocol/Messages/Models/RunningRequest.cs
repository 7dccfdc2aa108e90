namespace QuicPair.Protocol.Messages.Models;

/// <summary>Phone: which models are in memory?</summary>
public sealed record RunningRequest : Message
{
    /// <inheritdoc/>
    public override string Op => "running";
}
