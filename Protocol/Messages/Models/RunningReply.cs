using QuicPair.Protocol.Chat;

namespace QuicPair.Protocol.Messages.Models;

/// <summary>Mac: the models in memory.</summary>
public sealed record RunningReply : Message
{
    /// <inheritdoc/>
    public override string Op => "running";

    /// <summary>One for each model.</summary>
    public required IReadOnlyList<RunningModel> Models { get; init; }
}
