using QuicPair.Client.Recovery;
using QuicPair.Protocol.Messages;

namespace QuicPair.Client.Session;

/// <summary>One chat across as many sessions as it takes; disposed before its end, it is cancelled.</summary>
internal sealed class ResumingAnswer(MacConnection connection, ChatMessage request, CancellationToken cancellation)
    : IAsyncDisposable
{
    // The Macs that may have the question, by their ids: the newest session, and the chat's name there.
    private readonly Dictionary<string, (PairedMac Session, string Chat)> _asked = [];
    private readonly LostQuestion _lost = new();
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
                if (!HasNeverArrived(message))
                {
                    _lost.Clear();
                }
                else if (_lost.MaySendAgain(_mac!.Pairing.MacId))
                {
                    _asked.Remove(_mac.Pairing.MacId);
                    await GoOn(await connection.Open(cancellation));
                    continue;
                }
                else
                {
                    message = LostQuestion.End(request.Id);
                }

                LeaveOthers();
                IsOver = message is DoneMessage or ErrorMessage;
                return _stream!.Id == request.Id ? message : message with { Id = request.Id };
            }
            catch (ConnectException failure) when (failure.IsPassing)
            {
                await GoOn(await Recover());
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_stream is not null && !IsOver)
        {
            connection.Cancel(_stream);

            // Where every session is with the one Mac, the next one says it; one of several is looked for.
            foreach (var (session, chat) in _asked.Values)
            {
                if (session is { Ended.IsCompleted: true, SameMac: not null }) connection.Leave(session, chat);
            }
        }

        if (_messages is not null)
        {
            await _messages.DisposeAsync();
        }
    }

    // QP/1 section 7: a phone unsure whether its chat arrived "sends again only on not_found".
    private bool HasNeverArrived(Message message) =>
        message is ErrorMessage { Code: ErrorCode.NotFound, For: "resume" } && _stream!.LastSeq == 0;

    private async Task<PairedMac> Recover()
    {
        try
        {
            var asked = _asked.ContainsKey(_mac!.Pairing.MacId) ? _mac : null;
            return await connection.Recover(asked, _stream!.LastSeq > 0, cancellation);
        }
        catch (ConnectException)
        {
            // Whoever has it was looked for long enough.
            _asked.Clear();
            throw;
        }
    }

    // Once another Mac has said something, those that were asked before it work for nobody.
    private void LeaveOthers()
    {
        if (_asked.Count < 2) return;
        var id = _mac!.Pairing.MacId;
        foreach (var (session, chat) in _asked.Values.Where(asked => asked.Session.Pairing.MacId != id).ToList())
        {
            connection.Leave(session, chat);
            _asked.Remove(session.Pairing.MacId);
        }
    }

    /// <summary>Asks a Mac that does not have the question yet; the one that has it goes on.</summary>
    private async Task GoOn(PairedMac mac)
    {
        var (id, last) = (mac.Pairing.MacId, _stream?.LastSeq ?? 0);
        if (last > 0 && id != _mac!.Pairing.MacId)
        {
            // Nobody else has the rest, and another answer would not fit to what was given of this one.
            throw new ConnectException(ConnectFailure.MacAway);
        }

        if (_asked.TryGetValue(id, out var asked))
        {
            _asked[id] = (mac, asked.Chat);
            await Follow(mac, mac.Resume(asked.Chat, last));
            return;
        }

        // Another Mac gets another name: where this one was stopped, it could not be asked again.
        var chat = _stream is null ? request.Id! : id == _mac!.Pairing.MacId ? _stream.Id : PairedMac.NewId();

        // What is said to a session that is over reaches nobody.
        if (!mac.Ended.IsCompleted) _asked[id] = (mac, chat);
        await Follow(mac, mac.Chat(request with { Id = chat }));
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
