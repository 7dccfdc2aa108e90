using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Messages;

namespace QuicPair.Cli.Chatting;

/// <summary>How <c>quicpair chat</c> was called.</summary>
internal sealed record ChatSettings
{
    /// <summary>The model; null is the Mac's default.</summary>
    public string? Model { get; init; }

    /// <summary>The system prompt.</summary>
    public string? System { get; init; }

    /// <summary>The seed; null lets the model choose.</summary>
    public long? Seed { get; init; }

    /// <summary>Whether a capable model thinks first; null is the model's own way.</summary>
    public bool? Think { get; init; }

    /// <summary>Images for the first question, standard base64.</summary>
    public IReadOnlyList<string>? Images { get; init; }

    /// <summary>The answer to take up, behind which entry; null asks.</summary>
    public (string Id, long After)? Answer { get; init; }

    /// <summary>The Mac, by name or id; null is any with <see cref="Model"/>, or the one paired last.</summary>
    public string? Mac { get; init; }

    /// <summary>Whether to say where the time went.</summary>
    public bool Stats { get; init; }

    /// <summary>Whether to print messages as JSON lines.</summary>
    public bool Json { get; init; }

    /// <summary>What asks the last of these turns.</summary>
    public ChatMessage Request(IReadOnlyList<ChatTurn> turns)
    {
        var request = new ChatMessage
        {
            Model = Model,
            System = System,
            Think = Think,
            Options = Seed is { } seed ? new ChatOptions { Seed = seed } : null,
        };
        return turns is [{ Images: null } only]
            ? request with { Prompt = only.Content }
            : request with { Turns = [.. turns] };
    }
}
