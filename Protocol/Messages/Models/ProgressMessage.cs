namespace QuicPair.Protocol.Messages.Models;

/// <summary>Mac: how far a pull is, at most four times a second.</summary>
public sealed record ProgressMessage : Message
{
    /// <inheritdoc/>
    public override string Op => "progress";

    /// <summary>What is done now, in the runner's words.</summary>
    public required string Status { get; init; }

    /// <summary>Bytes of this step that are there.</summary>
    public long? Completed { get; init; }

    /// <summary>Bytes of this step.</summary>
    public long? Total { get; init; }
}
