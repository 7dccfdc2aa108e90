using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Codec;
using QuicPair.Protocol.Messages;
using QuicPair.Silo.Answers;
using QuicPair.Silo.Runners;

namespace QuicPair.Silo.Phones;

/// <summary>What a live phone asks (docs/protocol.md, 7), and the answers that its session reads.</summary>
internal sealed class PhoneRequests(
    string device, AnswerBook answers, ModelCatalog models, Action wake, Action<Message> replyLater)
{
    private readonly List<AnswerSubscription> _reading = [];
    private AnswerSubscription? _unnamed;
    private int _turn;
    private int _listing;

    /// <summary>Handles one JSON message; returns the reply that can be given at once.</summary>
    public Message? Handle(ReadOnlySpan<byte> json)
    {
        if (!MessageReader.TryRead(json, out var message, out var refusal)) return refusal;
        switch (message)
        {
            case ChatMessage chat:
                return Chat(chat);
            case ResumeMessage resume:
                return Resume(resume);
            case CancelMessage cancel:
                if (answers.Find(device, cancel.Id!) is { } answer) answers.Cancel(answer);
                return null;
            case ModelsRequest request:
                _ = TellModels(request);
                return null;
            case PingMessage ping:
                return new PongMessage { Id = ping.Id };
            default:
                return Refuse(message, ErrorCode.UnknownOp);
        }
    }

    /// <summary>The next message of the answers that are read, each in turn; null when there is none.</summary>
    public Message? Next()
    {
        for (var i = 0; i < _reading.Count; i++)
        {
            _turn = (_turn + 1) % _reading.Count;
            var reading = _reading[_turn];
            var found = reading.TryTake(out var message);
            if (reading.IsOver) Forget(reading);
            if (found) return message;
            if (reading.IsOver) i = -1;
        }

        return null;
    }

    /// <summary>The connection is gone: answers with an id go on, the one without ends.</summary>
    public void End()
    {
        foreach (var reading in _reading) reading.Leave();
        _reading.Clear();
        if (_unnamed is { } unnamed) answers.Cancel(unnamed.Answer);
    }

    private static ErrorMessage Refuse(Message request, ErrorCode code) =>
        new() { Id = request.Id, For = request.Op, Code = code };

    private ErrorMessage? Chat(ChatMessage request)
    {
        if (request.Id is null && _unnamed is not null) return new ErrorMessage { Code = ErrorCode.Busy };
        if (!ChatTranslation.TryTranslate(request, out var chat)) return Refuse(request, ErrorCode.BadRequest);
        switch (answers.Start(device, request.Id, chat, request.Stream ?? true))
        {
            case AnswerStart.Accepted { Answer: var answer }:
                var reading = answer.Subscribe(0, wake);
                _reading.Add(reading);
                if (request.Id is null) _unnamed = reading;
                return null;
            case AnswerStart.Refused { Code: ErrorCode.Busy }:
                return new ErrorMessage { Id = request.Id, Code = ErrorCode.Busy };
            case AnswerStart.Refused { Code: var code }:
                return Refuse(request, code);
            default:
                return null;
        }
    }

    private ErrorMessage? Resume(ResumeMessage request)
    {
        if (answers.Find(device, request.Id!) is not { } answer) return Refuse(request, ErrorCode.NotFound);
        _reading.RemoveAll(reading => reading.Answer == answer);
        _reading.Add(answer.Subscribe(request.After, wake));
        return null;
    }

    private async Task TellModels(ModelsRequest request)
    {
        // One list at a time: a runner that hangs must not collect requests.
        if (Interlocked.Exchange(ref _listing, 1) != 0)
        {
            replyLater(Refuse(request, ErrorCode.Rate));
            return;
        }

        try
        {
            var cards = await models.Refresh(CancellationToken.None);
            replyLater(new ModelsReply
            {
                Id = request.Id,
                Models =
                [
                    .. cards.Select(card => new ModelDescription
                    {
                        Name = card.Name,
                        Size = card.SizeBytes,
                        Loaded = card.Loaded,
                        Remote = card.Remote,
                        Capabilities = card.Capabilities,
                    }),
                ],
            });
        }
        catch (RunnerException problem)
        {
            var code = problem.Fault == RunnerFault.Unreachable ? ErrorCode.RunnerUnreachable : ErrorCode.RunnerFailed;
            replyLater(new ErrorMessage { Id = request.Id, For = request.Op, Code = code, Text = problem.Message });
        }
        finally
        {
            Volatile.Write(ref _listing, 0);
        }
    }

    private void Forget(AnswerSubscription reading)
    {
        _reading.Remove(reading);
        if (_unnamed == reading) _unnamed = null;
    }
}
