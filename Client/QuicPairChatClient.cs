using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using QuicPair.Client.Translation;
using QuicPair.Protocol.Messages;
using Ai = Microsoft.Extensions.AI;

namespace QuicPair.Client;

/// <summary>
/// The models of a paired Mac as an <see cref="IChatClient"/>. An answer survives a lost connection; cancelling the
/// token, or leaving the stream, stops it on the Mac. Text, images (embedded data), tools, the usual options, thinking
/// (<see cref="TextReasoningContent"/>; on or off, whatever the effort) and usage are translated; what a Mac cannot
/// take is refused before it is sent. The model that was named last is brought into memory whenever the connection
/// opens.
/// </summary>
public sealed class QuicPairChatClient : IChatClient
{
    private readonly MacConnection _mac;
    private readonly string? _model;

    /// <summary>A client of the models behind a connection.</summary>
    /// <param name="mac">The connection; it belongs to whoever made it.</param>
    /// <param name="model">The model when a request names none; null is the Mac's default.</param>
    public QuicPairChatClient(MacConnection mac, string? model = null)
    {
        ArgumentNullException.ThrowIfNull(mac);
        (_mac, _model) = (mac, model);
        if (model is not null) mac.Expect(model);
    }

    /// <summary>The whole answer.</summary>
    /// <exception cref="AnswerException">The Mac answered with an error.</exception>
    /// <exception cref="ConnectException">The Mac cannot be reached.</exception>
    /// <exception cref="NotSupportedException">A content or option that QP/1 has no place for.</exception>
    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<Ai.ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <summary>
    /// The answer as it comes. Notices about waiting are updates without content whose
    /// <see cref="ChatResponseUpdate.RawRepresentation"/> is a <see cref="QueuedMessage"/> or
    /// <see cref="StatusMessage"/>.
    /// </summary>
    /// <inheritdoc cref="GetResponseAsync"/>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<Ai.ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var request = ChatRequests.From(messages, options);
        request = request with { Model = request.Model ?? _model };
        if (request.Model is { } named) _mac.Expect(named);
        var updates = new ChatUpdates(request.Model);
        await foreach (var message in _mac.Ask(request, cancellationToken))
        {
            yield return updates.From(message);
        }
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? Metadata()
            : serviceType == typeof(MacConnection) ? _mac
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    /// <summary>Nothing: the connection belongs to whoever made it.</summary>
    public void Dispose()
    {
    }

    private ChatClientMetadata Metadata() =>
        new("quicpair", _mac.Current is { } live ? new Uri(live.Pairing.Origin) : null, _model);
}
