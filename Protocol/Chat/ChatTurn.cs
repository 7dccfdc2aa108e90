namespace QuicPair.Protocol.Chat;

/// <summary>One message of a conversation.</summary>
public sealed record ChatTurn
{
    /// <summary>Who said it.</summary>
    public required ChatRole Role { get; init; }

    /// <summary>The text.</summary>
    public required string Content { get; init; }

    /// <summary>Images in standard base64.</summary>
    public IReadOnlyList<string>? Images { get; init; }

    /// <summary>The tools that the model asked for, a JSON array.</summary>
    public string? ToolCalls { get; init; }

    /// <summary>The tool that this is the result of.</summary>
    public string? ToolName { get; init; }

    /// <summary>The role only.</summary>
    public override string ToString() => $"ChatTurn {{ {Role} }}";
}
