using QuicPair.Protocol.Chat;
using QuicPair.Silo.Runners;

namespace QuicPair.Silo.Answers;

/// <summary>The way of a chat through the queue, the runner and the time after its end.</summary>
internal sealed partial class AnswerBook
{
    /// <summary>Starts what may start and tells the others where they stand.</summary>
    private void Advance()
    {
        var starting = new List<ChatTicket>();
        (ChatTicket Ticket, int Ahead)[] positions;
        long asOf;
        lock (_lock)
        {
            while (_queue.Start() is { } next) starting.Add(next);
            positions = [.. _queue.Positions()];
            asOf = ++_advances;
        }

        // The runner first: what it is asked does not wait until each of many others is told its place.
        foreach (var ticket in starting) _ = Run(ticket);
        foreach (var (ticket, ahead) in positions) ticket.Answer.Queued(ahead, asOf);
    }

    private async Task Run(ChatTicket ticket)
    {
        var answer = ticket.Answer;
        try
        {
            answer.Started();
            if (Permitted(ticket) is { } chat) await _work.Run(answer, chat);
            answer.Fail(ErrorCode.RunnerFailed);
        }
        finally
        {
            lock (_lock) Finish(answer);
            Advance();
        }
    }

    /// <summary>
    /// The chat as it may be asked at this moment, or null, and then it has ended: rights may have changed while it
    /// waited, and what other chats took may be more than was set aside for them.
    /// </summary>
    private RunnerChat? Permitted(ChatTicket ticket)
    {
        var (answer, chat) = (ticket.Answer, ticket.Chat);
        if (chat.TokensLeft is not { } ask) return chat;
        if (ask() is not { } left)
        {
            answer.Fail(ErrorCode.NotAllowed);
            return null;
        }

        if (left == long.MaxValue) return chat;
        var most = Math.Min(MaxTokens(chat.Options), left - answer.PromptTokens);
        if (most <= 0)
        {
            var text = left > 0 ? TokenDay.TooMuch : TokenDay.UsedUp;
            answer.Fail(ErrorCode.NotAllowed, text, TokenDay.End(_time.GetUtcNow()));
            return null;
        }

        answer.MaxPieces = most;
        return chat with { Options = chat.Options with { MaxTokens = most } };
    }

    /// <summary>What a device's answers are doing, and where the time of its last one went.</summary>
    public (string Stage, AnswerStatistics? Last) Activity(string device)
    {
        Answer[] unfinished;
        AnswerStatistics? last;
        lock (_lock)
        {
            if (!_devices.TryGetValue(device, out var mine)) return ("idle", null);
            unfinished = [.. mine.Unfinished];
            last = mine.Last;
        }

        // The lock of an answer is never taken under the book's.
        var stage = unfinished.Select(answer => answer.Activity).FirstOrDefault(said => said is not null);
        return (stage ?? "idle", last);
    }

    /// <summary>The chat needs the runner no longer; its log is kept for a while.</summary>
    private void Finish(Answer answer)
    {
        if (!_open.TryGetValue(answer, out var open) || open.Ticket is not { } ticket) return;
        _queue.Leave(ticket);
        AnswerMeter.Ended(answer.Statistics);
        var mine = _devices.GetValueOrDefault(answer.Device);
        mine?.Unfinished.Remove(answer);
        if (mine is not null && answer.Statistics is { } statistics) mine.Last = statistics;
        if (mine is null || answer.Id is null || !mine.Kept.Contains(answer))
        {
            Forget(answer);
            return;
        }

        var expiry = _time.CreateTimer(_ => Expire(answer), null, AnswerLimits.Kept,
            Timeout.InfiniteTimeSpan);
        _open[answer] = (null, expiry);
        _endedBytes += answer.Bytes;
        Shrink();
    }

    /// <summary>
    /// Ended logs of all devices take so much memory and no more: the oldest go first. Their bytes are counted as they
    /// come and go, so that an end does not take longer with each device that keeps some.
    /// </summary>
    private void Shrink()
    {
        while (_endedBytes > AnswerLimits.KeptBytes)
        {
            var oldest = _open.Where(open => open.Value.Expiry is not null).MinBy(open => open.Key.EndedAt).Key;
            _devices.GetValueOrDefault(oldest.Device)?.Kept.Remove(oldest);
            Forget(oldest);
        }
    }

    private void Expire(Answer answer)
    {
        lock (_lock)
        {
            if (_devices.TryGetValue(answer.Device, out var mine))
            {
                mine.Kept.Remove(answer);
                if (mine.IsEmpty && _devices.Remove(answer.Device)) mine.Absence?.Dispose();
            }

            Forget(answer);
        }
    }

    private void Forget(Answer answer)
    {
        if (!_open.Remove(answer, out var open)) return;
        if (open.Expiry is { } expiry)
        {
            _endedBytes -= answer.Bytes;
            expiry.Dispose();
        }

        answer.Dispose();
    }
}
