using QuicPair.Protocol.Chat;

namespace QuicPair.Protocol.Messages;

/// <summary>Phone: ask the model. Either <see cref="Prompt"/> or <see cref="Turns"/> is set.</summary>
public sealed record ChatMessage : Message
{
    /// <inheritdoc/>
    public override string Op => "chat";

    /// <summary>Exactly a name from <c>models</c>; null is the Mac's default.</summary>
    public string? Model { get; init; }

    /// <summary>The question.</summary>
    public string? Prompt { get; init; }

    /// <summary>The conversation (<c>messages</c>), oldest first.</summary>
    public IReadOnlyList<ChatTurn>? Turns { get; init; }

    /// <summary>The system prompt.</summary>
    public string? System { get; init; }

    /// <summary>Sampling options.</summary>
    public ChatOptions? Options { get; init; }

    /// <summary>Whether a capable model thinks first.</summary>
    public bool? Think { get; init; }

    /// <summary>The tools as a JSON array, passed on as it is.</summary>
    public string? Tools { get; init; }

    /// <summary>False: exactly one delta, then the end; absent is true.</summary>
    public bool? Stream { get; init; }

    /// <summary>
    /// The form of the answer as JSON text: the text <c>"json"</c> (with its quotes) or a JSON schema, which is an
    /// object. Passed on as it is.
    /// </summary>
    public string? Format { get; init; }
}
