using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Messages;

namespace QuicPair.Silo.Answers;

/// <summary>
/// What is said before the first entry: the place in the queue, at most once a second, and what the runner
/// does. Only the current notice is ever sent.
/// </summary>
internal sealed class AnswerNotices(string? id, TimeProvider time, Action signal) : IDisposable
{
    private readonly Lock _lock = new();
    private Message? _current;
    private int _version;
    private int _ahead;
    private int _said;
    private long _saidAt;
    private long _asOf;
    private bool _waits = true;
    private ITimer? _timer;

    /// <summary>What the last notice said, as presence shows it.</summary>
    public string Stage
    {
        get
        {
            lock (_lock)
            {
                return _current switch
                {
                    QueuedMessage => "queued",
                    StatusMessage { Stage: LoadStage.Loading } => "loading",
                    _ => "reading",
                };
            }
        }
    }

    /// <summary>Says a position, but not one that comes late: after a newer one, or when the chat has waited.</summary>
    public void Queued(int ahead, long asOf)
    {
        lock (_lock)
        {
            if (!_waits || asOf < _asOf) return;
            _asOf = asOf;
            _ahead = ahead;
            if (ahead == _said || _timer is not null) return;
            var wait = _said == 0 ? TimeSpan.Zero
                : AnswerLimits.PositionInterval - time.GetElapsedTime(_saidAt);
            if (wait > TimeSpan.Zero)
            {
                _timer = time.CreateTimer(_ => SayLater(), null, wait, Timeout.InfiniteTimeSpan);
                return;
            }

            SayPosition();
        }

        signal();
    }

    public void Tell(LoadStage stage)
    {
        lock (_lock)
        {
            if (_current is StatusMessage before && before.Stage == stage) return;
            Set(new StatusMessage { Id = id, Stage = stage });
        }

        signal();
    }

    /// <summary>The chat waits no longer.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _waits = false;
            Set(null);
        }
    }

    /// <summary>The current notice unless the reader has it.</summary>
    public Message? Take(ref int noticed)
    {
        lock (_lock)
        {
            if (noticed == _version) return null;
            noticed = _version;
            return _current;
        }
    }

    public void Dispose() => Clear();

    private void SayLater()
    {
        lock (_lock)
        {
            if (_timer is null) return;
            _timer.Dispose();
            _timer = null;
            if (_ahead == _said) return;
            SayPosition();
        }

        signal();
    }

    private void SayPosition()
    {
        _said = _ahead;
        _saidAt = time.GetTimestamp();
        _current = new QueuedMessage { Id = id, Position = _ahead };
        _version++;
    }

    private void Set(Message? notice)
    {
        _timer?.Dispose();
        _timer = null;
        _current = notice;
        _version++;
    }
}
