using System.Text;
using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Messages;
using QuicPair.Silo.Runners;

namespace QuicPair.Silo.Answers;

/// <summary>
/// One answer: a log that outlives the connections that read it. The runner appends, at most one subscriber
/// takes, and the end is set once.
/// </summary>
internal sealed class Answer : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<AnswerEntry> _log = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly TimeProvider _time;
    private readonly AnswerStopwatch _watch;
    private readonly AnswerNotices _notices;
    private readonly StringBuilder? _whole;
    private AnswerSubscription? _subscriber;
    private long _bytes;
    private long _texts;
    private bool _ended;

    /// <param name="device">The device that asked.</param>
    /// <param name="id">The chat's id; null for the published messages without one.</param>
    /// <param name="streamed">False: exactly one delta, then the end.</param>
    /// <param name="time">The clock.</param>
    public Answer(string device, string? id, bool streamed, TimeProvider time)
    {
        Device = device;
        Id = id;
        _time = time;
        _whole = streamed ? null : new StringBuilder();
        _watch = new AnswerStopwatch(time);
        _notices = new AnswerNotices(id, time, Signal);
    }

    public string Device { get; }

    public string? Id { get; }

    /// <summary>Fires when the answer has ended before the runner said so.</summary>
    public CancellationToken Stopped => _stop.Token;

    public bool IsEnded
    {
        get
        {
            lock (_lock) return _ended;
        }
    }

    /// <summary>What it is doing, as presence shows it; null once it has ended.</summary>
    public string? Activity
    {
        get
        {
            lock (_lock)
            {
                if (_ended) return null;
                return _log.Count > 0 || _whole is { Length: > 0 } ? "answering" : _notices.Stage;
            }
        }
    }

    /// <summary>Where its time went, once it is done.</summary>
    public AnswerStatistics? Statistics { get; private set; }

    /// <summary>The log's size as JSON text.</summary>
    public long Bytes
    {
        get
        {
            lock (_lock) return _bytes;
        }
    }

    /// <summary>When it ended, on the clock of <see cref="TimeProvider.GetTimestamp"/>; 0 before.</summary>
    public long EndedAt { get; private set; }

    /// <summary>Whether the runner has said something, or the answer has ended.</summary>
    public bool HasEntries
    {
        get
        {
            lock (_lock) return _log.Count > 0;
        }
    }

    /// <summary>
    /// Hears what the answer took, in tokens of prompt and answer as far as they are known, before anybody reads its
    /// end.
    /// </summary>
    public Action<string, long>? Spent { get; init; }

    /// <summary>Reads the log after an entry, then live; takes the place of the subscriber before.</summary>
    /// <param name="after">The last entry that the reader has; 0 for all.</param>
    /// <param name="signal">Called when there is something to take; must not block.</param>
    public AnswerSubscription Subscribe(long after, Action signal)
    {
        var subscription = new AnswerSubscription(this, after, signal);
        lock (_lock) _subscriber = subscription;
        signal();
        return subscription;
    }

    /// <summary>Says where the chat stands in the queue; the first position is 1.</summary>
    public void Queued(int ahead) => _notices.Queued(ahead);

    /// <summary>The runner has it.</summary>
    public void Started()
    {
        _watch.Started();
        _notices.Clear();
    }

    /// <summary>Says what the runner does before the first entry.</summary>
    public void Stage(LoadStage stage) => _notices.Tell(stage);

    /// <summary>Appends what the runner said. False when the answer has ended, then or by it.</summary>
    public bool Append(RunnerEvent step)
    {
        lock (_lock)
        {
            if (_ended) return false;
            _watch.FirstEntry();
            Add(step);
        }

        Signal();
        return !IsEnded;
    }

    /// <summary>Ends the answer with an error, unless it has ended.</summary>
    /// <returns>Whether this was its end.</returns>
    public bool Fail(ErrorCode code, string? text = null)
    {
        lock (_lock)
        {
            if (_ended) return false;
            if (_whole is { Length: > 0 }) FlushWhole();
            End(new ErrorMessage { Code = code, Text = text });
        }

        _stop.Cancel();
        Signal();
        return true;
    }

    public void Dispose()
    {
        // The stop source stays: it may be cancelled at this moment, and without a timer it holds nothing.
        _notices.Dispose();
    }

    /// <summary>The next message for this reader, neighbouring entries of one kind merged.</summary>
    internal Message? Take(AnswerSubscription reader)
    {
        lock (_lock)
        {
            if (_subscriber != reader) return null;
            while (reader.Sent < _log.Count)
            {
                var message = AnswerMerge.Next(_log, Id, ref reader.Sent);
                if (message is not null) return message;
            }

            return _log.Count == 0 && Id is not null ? _notices.Take(ref reader.Noticed) : null;
        }
    }

    /// <summary>Whether this reader gets nothing more.</summary>
    internal bool IsOver(AnswerSubscription reader)
    {
        lock (_lock) return _subscriber != reader || (_ended && reader.Sent >= _log.Count);
    }

    internal void Leave(AnswerSubscription reader)
    {
        lock (_lock)
        {
            if (_subscriber == reader) _subscriber = null;
        }
    }

    private void Add(RunnerEvent step)
    {
        switch (step)
        {
            case RunnerEvent.Thinking thinking:
                AddText(thinking: true, thinking.Text);
                break;
            case RunnerEvent.Delta delta:
                AddText(thinking: false, delta.Text);
                break;
            case RunnerEvent.ToolCall call:
                if (Fits(call.Name) && Fits(call.Arguments))
                {
                    _log.Add(new AnswerEntry.ToolCall(call.Name, call.Arguments));
                }

                break;
            case RunnerEvent.Finished finished:
                FlushWhole();
                End(Done(finished.HitLimit ? DoneReason.Length : DoneReason.Stop, finished.Statistics));
                break;
        }
    }

    private void AddText(bool thinking, string text)
    {
        if (!Fits(text)) return;
        _texts++;
        if (_whole is not null && !thinking) _whole.Append(text);
        else _log.Add(new AnswerEntry.Text(thinking, text));
    }

    /// <summary>Counts the text; ends the answer when it grows too long.</summary>
    private bool Fits(string text)
    {
        if (_ended) return false;
        _bytes += JsonTextLength.Of(text);
        if (_bytes <= AnswerLimits.AnswerBytes) return true;
        FlushWhole();
        End(Done(DoneReason.Length, null));
        return false;
    }

    private void FlushWhole()
    {
        if (_whole is null) return;
        _log.Add(new AnswerEntry.Text(Thinking: false, _whole.ToString()));
        _whole.Clear();
    }

    private DoneMessage Done(DoneReason reason, RunnerStatistics? statistics)
    {
        Statistics = _watch.Statistics(statistics, _texts);
        return new DoneMessage { Reason = reason, Statistics = Statistics };
    }

    private void End(Message message)
    {
        _ended = true;
        EndedAt = _time.GetTimestamp();
        _log.Add(new AnswerEntry.End(message));
        var tokens = message is DoneMessage { Statistics: { } statistics }
            ? statistics.Tokens + (statistics.PromptTokens ?? 0)
            : _texts;
        if (tokens > 0) Spent?.Invoke(Device, tokens);
        _notices.Clear();
    }

    private void Signal()
    {
        AnswerSubscription? subscriber;
        lock (_lock) subscriber = _subscriber;
        subscriber?.Signal();
    }
}
