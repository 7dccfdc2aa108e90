using QuicPair.Client;
using QuicPair.Protocol.Messages;

namespace QuicPair.Cli.Proxy.Requests;

/// <summary>
/// An answer of which the first entry is there, so that what fails before has an HTTP status of its own. It holds its
/// place until it is disposed.
/// </summary>
internal sealed class AnswerStart : IAsyncDisposable
{
    private readonly IAsyncEnumerator<Message> _messages;
    private readonly IDisposable _place;

    private AnswerStart(IAsyncEnumerator<Message> messages, IDisposable place) =>
        (_messages, _place) = (messages, place);

    /// <param name="mac">Who is asked.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="place">What the answer holds; without an answer it stays the caller's.</param>
    /// <param name="notFound">What is thrown when the Mac does not have the model.</param>
    /// <param name="cancellation">Ends the answer.</param>
    /// <exception cref="AnswerException">The Mac answered with an error instead of an entry.</exception>
    public static async Task<AnswerStart> Ask(
        MacConnection mac, ChatMessage request, IDisposable place, Func<ProxyException> notFound,
        CancellationToken cancellation)
    {
        var start = new AnswerStart(mac.Ask(request, cancellation).GetAsyncEnumerator(cancellation), place);
        try
        {
            while (await start._messages.MoveNextAsync())
            {
                switch (start._messages.Current)
                {
                    case QueuedMessage or StatusMessage:
                        continue;
                    case ErrorMessage { Code: ErrorCode.ModelNotFound }:
                        throw notFound();
                    case ErrorMessage error:
                        throw new AnswerException(error);
                    default:
                        return start;
                }
            }

            throw new ConnectException(ConnectFailure.Interrupted);
        }
        catch
        {
            await start._messages.DisposeAsync();
            throw;
        }
    }

    /// <summary>Every entry, the first included.</summary>
    /// <exception cref="AnswerException">The Mac ended the answer with an error.</exception>
    public async IAsyncEnumerable<Message> Entries()
    {
        do
        {
            if (_messages.Current is ErrorMessage error)
            {
                throw new AnswerException(error);
            }

            yield return _messages.Current;
        }
        while (await _messages.MoveNextAsync());
    }

    public async ValueTask DisposeAsync()
    {
        // In this order: the Mac hears that the chat is cancelled before it hears of the next one.
        await _messages.DisposeAsync();
        _place.Dispose();
    }
}
