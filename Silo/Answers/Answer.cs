using System.Text;
using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Codec;
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
    private Message? _end;
    private long _textBytes;
    private long _bytes;
    private long _texts;
    private volatile bool _isComplete;

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

    /// <summary>Whether its end is counted and can be read.</summary>
    public bool IsEnded => _isComplete;

    /// <summary>What it is doing, as presence shows it; null once it has ended.</summary>
    public string? Activity
    {
        get
        {
            lock (_lock)
            {
                if (_end is not null) return null;
                return _log.Count > 0 || _whole is { Length: > 0 } ? "answering" : _notices.Stage;
            }
        }
    }

    /// <summary>What the prompt has, by estimate: it counts where the runner does not say.</summary>
    public long PromptTokens { get; init; }

    /// <summary>
    /// How many pieces of text it may have, each of a token or more: one further ends it, whatever the runner was told.
    /// </summary>
    public long MaxPieces { get; set; } = long.MaxValue;

    /// <summary>Where its time went, once it is done.</summary>
    public AnswerStatistics? Statistics { get; private set; }

    /// <summary>The log's size: its JSON text, and <see cref="AnswerLimits.EntryBytes"/> for each entry.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>When it ended, on the clock of <see cref="TimeProvider.GetTimestamp"/>; 0 before.</summary>
    public long EndedAt { get; private set; }

    /// <summary>Whether the runner has said something, or the answer has ended.</summary>
    public bool HasEntries
    {
        get
        {
            lock (_lock) return _end is not null || _log.Count > 0;
        }
    }

    /// <summary>
    /// Hears what the answer took, in tokens of prompt and answer, before anybody reads its end; may take locks under
    /// which others look at answers.
    /// </summary>
    public Action<string, long>? Spent { get; init; }

    /// <summary>Whether there is something behind an entry, or the next one is still to come.</summary>
    public bool HasAfter(long entry)
    {
        lock (_lock) return entry < _log.Count || (entry == _log.Count && !_isComplete);
    }

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

    /// <summary>Says where the chat stands in the queue, unless something newer is known.</summary>
    /// <param name="ahead">The position; the first is 1.</param>
    /// <param name="asOf">Counts the looks at the queue: of two positions the one of the later look holds.</param>
    public void Queued(int ahead, long asOf) => _notices.Queued(ahead, asOf);

    /// <summary>The runner has it.</summary>
    public void Started()
    {
        _watch.Started();
        _notices.Clear();
    }

    /// <summary>The runner is asked at this moment: from here on the time is its own.</summary>
    public void AskedRunner() => _watch.AskedRunner();

    /// <summary>Says what the runner does before the first entry.</summary>
    public void Stage(LoadStage stage) => _notices.Tell(stage);

    /// <summary>Appends what the runner said. False when the answer has ended, then or by it.</summary>
    public bool Append(RunnerEvent step)
    {
        Message? end;
        lock (_lock)
        {
            if (_end is not null) return false;
            _watch.FirstEntry();
            Add(step);
            end = _end;
        }

        if (end is null) Signal();
        else Complete(end);
        return end is null;
    }

    /// <summary>Ends the answer with an error, unless it has ended.</summary>
    /// <param name="code">Which error.</param>
    /// <param name="text">Its sentence; null is that of the code.</param>
    /// <param name="until">For want of tokens: when there are new ones, Unix seconds.</param>
    /// <returns>Whether this was its end.</returns>
    public bool Fail(ErrorCode code, string? text = null, long? until = null)
    {
        var end = new ErrorMessage { Code = code, Text = text, Until = until };
        lock (_lock)
        {
            if (_end is not null) return false;
            if (_whole is { Length: > 0 }) FlushWhole();
            End(end);
        }

        // First of all: whatever becomes of the count, the runner works for nobody.
        try
        {
            _stop.Cancel();
        }
        finally
        {
            Complete(end);
        }

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
        lock (_lock) return _subscriber != reader || (_isComplete && reader.Sent >= _log.Count);
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
                AddCall(call);
                break;
            case RunnerEvent.Finished finished:
                FlushWhole();
                End(Done(finished.HitLimit ? DoneReason.Length : DoneReason.Stop, finished.Statistics));
                break;
        }
    }

    private void AddText(bool thinking, string text)
    {
        var isEntry = _whole is null || thinking;
        if (!Fits(JsonTextLength.Of(text), isEntry)) return;
        _texts++;
        if (isEntry) _log.Add(new AnswerEntry.Text(thinking, text));
        else _whole!.Append(text);
        if (_texts <= MaxPieces) return;
        FlushWhole();
        End(Done(DoneReason.Length, null));
    }

    private void AddCall(RunnerEvent.ToolCall call)
    {
        if (!Fits(JsonTextLength.Of(call.Name) + JsonTextLength.Of(call.Arguments), isEntry: true)) return;
        if (IsReadable(call))
        {
            _log.Add(new AnswerEntry.ToolCall(call.Name, call.Arguments));
            return;
        }

        if (_whole is { Length: > 0 }) FlushWhole();
        End(new ErrorMessage
        {
            Code = ErrorCode.RunnerFailed,
            Text = "The model asked for a tool with arguments that are nested too deep or have a name twice.",
        });
    }

    /// <summary>
    /// Whether a phone reads it: arguments are JSON as the model wrote it, the one part of a message that is not ours.
    /// A chat without an id gets no tool calls.
    /// </summary>
    private bool IsReadable(RunnerEvent.ToolCall call)
    {
        if (Id is null) return true;
        var message = new ToolCallMessage { Id = Id, Seq = 1, Name = call.Name, Arguments = call.Arguments };
        return MessageReader.TryRead(MessageWriter.Write(message), out _, out _);
    }

    /// <summary>Counts a text and the entry that it becomes; ends the answer when the log grows too long.</summary>
    private bool Fits(int textBytes, bool isEntry)
    {
        _textBytes += textBytes;
        Volatile.Write(ref _bytes, _bytes + textBytes + (isEntry ? AnswerLimits.EntryBytes : 0));
        if (_textBytes <= AnswerLimits.AnswerBytes && _bytes <= AnswerLimits.LogBytes) return true;
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

    /// <summary>Nothing more is taken; <see cref="Complete"/> follows outside the lock.</summary>
    private void End(Message message)
    {
        _end = message;
        EndedAt = _time.GetTimestamp();
    }

    /// <summary>Counts what the answer took, then lets its end be read.</summary>
    private void Complete(Message end)
    {
        try
        {
            // A runner that has said something has read the prompt, however the answer ended.
            var tokens = end is DoneMessage { Statistics: { } statistics }
                ? statistics.Tokens + (statistics.PromptTokens ?? PromptTokens)
                : _texts > 0 ? _texts + PromptTokens : 0;
            if (tokens > 0) Spent?.Invoke(Device, tokens);
        }
        finally
        {
            lock (_lock)
            {
                _log.Add(new AnswerEntry.End(end));
                _isComplete = true;
            }

            _notices.Clear();
            Signal();
        }
    }

    private void Signal()
    {
        AnswerSubscription? subscriber;
        lock (_lock) subscriber = _subscriber;
        subscriber?.Signal();
    }
}
