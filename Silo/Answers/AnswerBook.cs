using QuicPair.Silo.Runners;

namespace QuicPair.Silo.Answers;

/// <summary>
/// Every answer of the process, by device. Answers outlive connections; the limits of docs/protocol.md, 7
/// hold here.
/// </summary>
internal sealed partial class AnswerBook : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, DeviceAnswers> _devices = [];

    // Without a ticket once the runner is given back: what was asked may be larger than the log that is kept.
    private readonly Dictionary<Answer, (ChatTicket? Ticket, ITimer? Expiry)> _open = [];

    private readonly FairQueue<ChatTicket> _queue;
    private readonly RunnerOptions _options;
    private readonly ChatWork _work;
    private readonly TimeProvider _time;
    private long _advances;
    private long _endedBytes;

    public AnswerBook(RunnerOptions options, ChatWork work, TimeProvider time)
    {
        _options = options;
        _queue = new FairQueue<ChatTicket>(options.Parallel, ticket => ticket.Answer.Device);
        _work = work;
        _time = time;
    }

    /// <summary>Chats that the runner works on.</summary>
    public int Running
    {
        get
        {
            lock (_lock) return _queue.Running;
        }
    }

    /// <summary>Hears which device's answer took how many tokens of prompt and answer.</summary>
    public Action<string, long>? Spent { get; set; }

    /// <summary>Chats that wait.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock) return _queue.Waiting;
        }
    }

    /// <summary>Takes a chat; it waits its turn.</summary>
    /// <param name="device">The device that asks.</param>
    /// <param name="id">The chat's id; null for a chat that lives no longer than its connection.</param>
    /// <param name="chat">What is asked.</param>
    /// <param name="streamed">False: exactly one delta, then the end.</param>
    /// <param name="tokensLeft">What the device has left today, for all its chats that have not ended.</param>
    /// <param name="held">What of it is set aside for other work.</param>
    public AnswerStart Start(
        string device, string? id, RunnerChat chat, bool streamed, long tokensLeft = long.MaxValue,
        long held = 0)
    {
        var options = chat.Options.Clamp(_options);
        var prompt = Math.Min(PromptEstimate.Of(chat), options.ContextTokens ?? _options.MaxContextTokens);
        Answer answer;
        lock (_lock)
        {
            var mine = Of(device);
            if (id is not null && mine.Find(id) is not null) return new AnswerStart.Refused(ErrorCode.Exists);
            var isLimited = tokensLeft < long.MaxValue;
            var free = isLimited ? tokensLeft - held - Reserved(mine) - prompt : long.MaxValue;
            if (mine.Unfinished.Count >= AnswerLimits.UnfinishedPerDevice || _queue.Waiting >= _options.MaxWaiting
                || free <= 0)
            {
                if (mine.IsEmpty) _devices.Remove(device);
                return new AnswerStart.Refused(prompt < tokensLeft ? ErrorCode.Busy : ErrorCode.NotAllowed);
            }

            if (isLimited) options = options with { MaxTokens = Math.Min(MaxTokens(options), free) };
            answer = new Answer(device, id, streamed, _time) { Spent = Spent, PromptTokens = prompt };
            mine.Unfinished.Add(answer);
            if (id is not null) Keep(mine, answer);
            var ticket = new ChatTicket(answer, chat with { Options = options });
            _open[answer] = (ticket, null);
            _queue.Enter(ticket);
        }

        Advance();
        return new AnswerStart.Accepted(answer);
    }

    /// <summary>What the device's chats that have not ended may take of its day, prompts included.</summary>
    public long Reserved(string device)
    {
        lock (_lock) return _devices.TryGetValue(device, out var mine) ? Reserved(mine) : 0;
    }

    /// <summary>The kept answer of a device's chat, or null.</summary>
    public Answer? Find(string device, string id)
    {
        lock (_lock) return _devices.GetValueOrDefault(device)?.Find(id);
    }

    /// <summary>Ends an answer with the error <c>cancelled</c>, unless it has ended.</summary>
    public void Cancel(Answer answer, ErrorCode code = ErrorCode.Cancelled)
    {
        if (!answer.Fail(code)) return;
        bool waited;
        lock (_lock)
        {
            waited = _open.TryGetValue(answer, out var open) && open.Ticket is { } ticket && _queue.IsWaiting(ticket);
            if (waited) Finish(answer);
        }

        // A chat that runs gives the runner back when the runner has noticed.
        if (waited) Advance();
    }

    /// <summary>A connection of the device is live.</summary>
    public void Connected(string device)
    {
        lock (_lock)
        {
            var mine = Of(device);
            mine.Connections++;
            mine.Absence?.Dispose();
            mine.Absence = null;
        }
    }

    /// <summary>A live connection of the device is gone; what it asked for goes on for ten minutes.</summary>
    public void Disconnected(string device)
    {
        lock (_lock)
        {
            // A device that was dropped meanwhile has nothing left to cancel.
            if (!_devices.TryGetValue(device, out var mine) || --mine.Connections > 0) return;
            mine.Absence?.Dispose();
            mine.Absence = _time.CreateTimer(
                _ => Abandon(device), null, AnswerLimits.Kept, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Cancels and forgets everything of a device that was revoked.</summary>
    public void Drop(string device)
    {
        CancelAll(device, ErrorCode.Revoked);
        lock (_lock)
        {
            if (!_devices.Remove(device, out var mine)) return;
            mine.Absence?.Dispose();
            foreach (var answer in mine.Kept.Except(mine.Unfinished)) Forget(answer);
            mine.Kept.Clear();
        }
    }

    public void Dispose()
    {
        string[] devices;
        lock (_lock) devices = [.. _devices.Keys];
        foreach (var device in devices) Drop(device);
    }

    private void Abandon(string device)
    {
        CancelAll(device, ErrorCode.Cancelled);
        lock (_lock)
        {
            if (_devices.TryGetValue(device, out var mine) && mine.IsEmpty) _devices.Remove(device);
        }
    }

    private void CancelAll(string device, ErrorCode code)
    {
        Answer[] unfinished;
        lock (_lock) unfinished = _devices.GetValueOrDefault(device) is { } mine ? [.. mine.Unfinished] : [];
        foreach (var answer in unfinished) Cancel(answer, code);
    }

    // What a chat took is counted at its end: until then it may be all that it may take.
    private long Reserved(DeviceAnswers mine) => mine.Unfinished.Where(answer => !answer.IsEnded)
        .Sum(answer => answer.PromptTokens + MaxTokens(_open[answer].Ticket!.Chat.Options));

    private long MaxTokens(SamplingOptions options) => options.MaxTokens ?? _options.MaxAnswerTokens;

    private DeviceAnswers Of(string device)
    {
        if (!_devices.TryGetValue(device, out var mine)) _devices[device] = mine = new DeviceAnswers();
        return mine;
    }

    private void Keep(DeviceAnswers mine, Answer answer)
    {
        mine.Kept.Add(answer);
        if (mine.Kept.Count <= AnswerLimits.KeptPerDevice) return;

        // One that the runner has not let go of yet still holds its place in the queue, ended or not. Of the others not
        // the one that began first: its end may have come just now, to nobody.
        var oldest = mine.Kept.Where(kept => !mine.Unfinished.Contains(kept)).MinBy(kept => kept.EndedAt)!;
        mine.Kept.Remove(oldest);
        Forget(oldest);
    }
}
