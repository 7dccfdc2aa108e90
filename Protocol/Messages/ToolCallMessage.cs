namespace QuicPair.Protocol.Messages;

/// <summary>Mac: the model asks for a tool.</summary>
public sealed record ToolCallMessage : Message
{
    /// <inheritdoc/>
    public override string Op => "tool_call";

    /// <summary>The entry's number in the chat's log, counted from 1; absent without <c>id</c>.</summary>
    public long? Seq { get; init; }

    /// <summary>The tool's name.</summary>
    public required string Name { get; init; }

    /// <summary>A JSON object, as the model gave it.</summary>
    public required string Arguments { get; init; }
}
