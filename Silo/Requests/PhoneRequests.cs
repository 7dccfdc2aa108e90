using QuicPair.Protocol.Messages;
using QuicPair.Protocol.Messages.Models;
using QuicPair.Silo.Answers;
using QuicPair.Silo.Runners;

namespace QuicPair.Silo.Requests;

/// <summary>What a live phone asks (docs/protocol.md, 7), and the answers that its session reads.</summary>
internal sealed class PhoneRequests(string device, RequestParts parts, Action wake, Action<Message> replyLater)
{
    private readonly List<AnswerSubscription> _reading = [];
    private readonly PendingRequests _pending = new(replyLater);
    private AnswerSubscription? _unnamed;
    private int _turn;

    /// <summary>Whether the phone waits for something.</summary>
    public bool IsWaiting => _reading.Count > 0 || _pending.Any;

    /// <summary>Handles one message; returns the reply that can be given at once.</summary>
    public Message? Handle(Message message)
    {
        if (parts.Devices.Refusal(device, message) is { } refusal) return refusal;
        switch (message)
        {
            case ChatMessage chat:
                return Chat(chat);
            case ResumeMessage resume:
                return Resume(resume);
            case CancelMessage cancel:
                if (parts.Answers.Find(device, cancel.Id!) is { } answer) parts.Answers.Cancel(answer);
                _pending.Cancel(cancel.Id!);
                return null;
            case PingMessage ping:
                return new PongMessage { Id = ping.Id };
        }

        if (parts.Devices.Answer(message) is { } devices) return devices;
        if (parts.Vouching?.Work(message, device) is { } vouching) return _pending.Begin(message, vouching);
        var isEmbedding = false;
        var slow = parts.Devices.Work(message)
            ?? parts.Models.Work(
                device, message, parts.Devices.Rights(device), replyLater, () => isEmbedding = true);
        if (slow is not { } work) return Refuse(message, ErrorCode.UnknownOp);
        return _pending.Begin(
            message,
            message is EmbedRequest embed ? stop => Counted(embed, work, () => isEmbedding, stop) : work);
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
        _pending.End();
        if (_unnamed is { } unnamed) parts.Answers.Cancel(unnamed.Answer);
    }

    /// <summary>
    /// Embeddings take tokens of the day as chats do: an estimate is set aside, and what the runner counted is taken.
    /// </summary>
    /// <param name="request">The texts.</param>
    /// <param name="work">Embeds them.</param>
    /// <param name="hasBegun">Whether the runner has them.</param>
    /// <param name="stop">Stops it.</param>
    private async Task<Message> Counted(
        EmbedRequest request, Func<CancellationToken, Task<Message>> work, Func<bool> hasBegun, CancellationToken stop)
    {
        var estimate = PromptEstimate.Of(request.Input);
        if (estimate > parts.Devices.TokensLeft(device))
        {
            throw new RunnerException(RunnerFault.NotAllowed, TokenDay.TooMuch) { Until = parts.Devices.DayEnd };
        }

        if (!parts.Devices.TryHold(device, estimate, parts.Answers.Reserved(device)))
        {
            throw new RunnerException(
                RunnerFault.Busy, "What this device has left today may be taken by what it asked before.");
        }

        try
        {
            var reply = await work(stop);
            if (reply is EmbeddingsReply done && (done.Tokens ?? estimate) is > 0 and var tokens)
            {
                parts.Devices.Spend(device, tokens);
            }

            return reply;
        }
        catch (Exception problem) when (problem is RunnerException { Fault: RunnerFault.TooLarge }
            || (problem is OperationCanceledException && hasBegun()))
        {
            // The runner has worked; only its answer is too long to send, or nobody waits for it any more.
            parts.Devices.Spend(device, estimate);
            throw;
        }
        finally
        {
            parts.Devices.Release(device, estimate);
        }
    }

    private static ErrorMessage Refuse(Message request, ErrorCode code) =>
        new() { Id = request.Id, For = request.Op, Code = code };

    private ErrorMessage? Chat(ChatMessage request)
    {
        if (request.Id is null && _unnamed is not null) return new ErrorMessage { Code = ErrorCode.Busy };
        if (!ChatTranslation.TryTranslate(request, out var chat)) return Refuse(request, ErrorCode.BadRequest);
        chat = chat with
        {
            MayUse = model => parts.Devices.Rights(device).MayUse(model),
            TokensLeft = () => parts.Devices.TokensLeft(device, request),
        };
        var (left, held) = (parts.Devices.TokensLeft(device), parts.Devices.TokensHeld(device));
        switch (parts.Answers.Start(device, request.Id, chat, request.Stream ?? true, left, held))
        {
            case AnswerStart.Accepted { Answer: var answer }:
                var reading = answer.Subscribe(0, wake);
                _reading.Add(reading);
                if (request.Id is null) _unnamed = reading;
                return null;
            case AnswerStart.Refused { Code: ErrorCode.Busy }:
                return new ErrorMessage { Id = request.Id, Code = ErrorCode.Busy };
            case AnswerStart.Refused { Code: ErrorCode.NotAllowed }:
                return parts.Devices.OutOfTokens(request, TokenDay.TooMuch);
            case AnswerStart.Refused { Code: var code }:
                return Refuse(request, code);
            default:
                return null;
        }
    }

    private ErrorMessage? Resume(ResumeMessage request)
    {
        if (parts.Answers.Find(device, request.Id!) is not { } answer) return Refuse(request, ErrorCode.NotFound);
        if (!answer.HasAfter(request.After))
        {
            return Refuse(request, ErrorCode.NotFound) with { Text = "That answer has nothing behind that entry." };
        }

        _reading.RemoveAll(reading => reading.Answer == answer);
        _reading.Add(answer.Subscribe(request.After, wake));
        return null;
    }

    private void Forget(AnswerSubscription reading)
    {
        _reading.Remove(reading);
        if (_unnamed == reading) _unnamed = null;
    }
}
