using QuicPair.Protocol.Messages;

namespace QuicPair.Client.Session;

/// <summary>One chat across as many sessions as it takes; disposed before its end, it is cancelled.</summary>
internal sealed class ResumingAnswer(MacConnection connection, ChatMessage request, CancellationToken cancellation)
    : IAsyncDisposable
{
    private ChatStream? _stream;
    private IAsyncEnumerator<Message>? _messages;

    /// <summary>Whether the end was given.</summary>
    public bool IsOver { get; private set; }

    public async Task<Message> Next()
    {
        if (_stream is null)
        {
            await Follow((await connection.Open(cancellation)).Chat(request));
        }

        while (true)
        {
            try
            {
                if (!await _messages!.MoveNextAsync())
                {
                    throw new ConnectException(ConnectFailure.Interrupted);
                }

                var message = _messages.Current;
                if (HasNeverArrived(message))
                {
                    await Follow((await connection.Open(cancellation)).Chat(request));
                    continue;
                }

                IsOver = message is DoneMessage or ErrorMessage;
                return message;
            }
            catch (ConnectException failure) when (failure.IsPassing)
            {
                var mac = await connection.Recover(cancellation);
                await Follow(mac.Resume(request.Id!, _stream!.LastSeq));
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_stream is not null && !IsOver)
        {
            connection.Cancel(_stream);
        }

        if (_messages is not null)
        {
            await _messages.DisposeAsync();
        }
    }

    // QP/1 section 7: a phone unsure whether its chat arrived "sends again only on not_found".
    private bool HasNeverArrived(Message message) =>
        message is ErrorMessage { Code: ErrorCode.NotFound, For: "resume" } && _stream!.LastSeq == 0;

    private async Task Follow(ChatStream stream)
    {
        if (_messages is not null)
        {
            await _messages.DisposeAsync();
        }

        _stream = stream;
        _messages = stream.GetAsyncEnumerator(cancellation);
    }
}
