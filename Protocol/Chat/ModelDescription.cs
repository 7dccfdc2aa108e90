namespace QuicPair.Protocol.Chat;

/// <summary>One model of a Mac.</summary>
public sealed record ModelDescription
{
    /// <summary>The name to ask for.</summary>
    public required string Name { get; init; }

    /// <summary>Bytes on disk.</summary>
    public required long Size { get; init; }

    /// <summary>Whether it is in memory.</summary>
    public required bool Loaded { get; init; }

    /// <summary>Whether it runs elsewhere, outside the Mac.</summary>
    public required bool Remote { get; init; }

    /// <summary>What it can do, such as <c>tools</c>, <c>vision</c>, <c>thinking</c>.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = [];
}
