using QuicPair.Protocol.Chat;

namespace QuicPair.Protocol.Messages.Models;

/// <summary>Mac: what the runner knows of a model.</summary>
public sealed record ShowReply : Message
{
    /// <inheritdoc/>
    public override string Op => "show";

    /// <summary>The model's exact name.</summary>
    public required string Model { get; init; }

    /// <summary>Bytes on disk.</summary>
    public required long Size { get; init; }

    /// <summary>Whether it runs elsewhere, outside the Mac.</summary>
    public required bool Remote { get; init; }

    /// <summary>What it can do, such as <c>tools</c>, <c>vision</c>, <c>thinking</c>.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = [];

    /// <summary>The rest, as far as it is known.</summary>
    public required ModelDetails Details { get; init; }
}
