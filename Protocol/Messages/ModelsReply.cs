using QuicPair.Protocol.Chat;

namespace QuicPair.Protocol.Messages;

/// <summary>Mac: the models that may be asked.</summary>
public sealed record ModelsReply : Message
{
    /// <inheritdoc/>
    public override string Op => "models";

    /// <summary>One for each model.</summary>
    public required IReadOnlyList<ModelDescription> Models { get; init; }
}
