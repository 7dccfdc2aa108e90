using QuicPair.Protocol.Messages;

namespace QuicPair.Client.Session;

/// <summary>One chat across as many sessions as it takes; disposed before its end, it is cancelled.</summary>
internal sealed class ResumingAnswer(MacConnection connection, ChatMessage request, CancellationToken cancellation)
    : IAsyncDisposable
{
    // The Macs that may have the question.
    private readonly HashSet<string> _asked = [];
    private PairedMac? _mac;
    private ChatStream? _stream;
    private IAsyncEnumerator<Message>? _messages;

    /// <summary>Whether the end was given.</summary>
    public bool IsOver { get; private set; }

    public async Task<Message> Next()
    {
        if (_stream is null)
        {
            await GoOn(await connection.Open(cancellation));
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
                    _asked.Remove(_mac!.Pairing.MacId);
                    await GoOn(await connection.Open(cancellation));
                    continue;
                }

                IsOver = message is DoneMessage or ErrorMessage;
                return message;
            }
            catch (ConnectException failure) when (failure.IsPassing)
            {
                var asked = _asked.Contains(_mac!.Pairing.MacId) ? _mac : null;
                await GoOn(await connection.Recover(asked, _stream!.LastSeq > 0, cancellation));
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

    /// <summary>Asks a Mac that does not have the question yet; the one that has it goes on.</summary>
    private async Task GoOn(PairedMac mac)
    {
        var (id, last) = (mac.Pairing.MacId, _stream?.LastSeq ?? 0);
        if (last > 0 && id != _mac!.Pairing.MacId)
        {
            // Nobody else has the rest, and another answer would not fit to what was given of this one.
            throw new ConnectException(ConnectFailure.MacAway);
        }

        if (_asked.Contains(id))
        {
            await Follow(mac, mac.Resume(request.Id!, last));
            return;
        }

        // What is said to a session that is over reaches nobody.
        if (!mac.Ended.IsCompleted) _asked.Add(id);
        await Follow(mac, mac.Chat(request));
    }

    private async Task Follow(PairedMac mac, ChatStream stream)
    {
        if (_messages is not null)
        {
            await _messages.DisposeAsync();
        }

        (_mac, _stream) = (mac, stream);
        _messages = stream.GetAsyncEnumerator(cancellation);
    }
}
