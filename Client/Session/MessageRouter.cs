using System.Collections.Concurrent;
using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Messages;

namespace QuicPair.Client.Session;

/// <summary>Gives each message of the Mac to the one who waits for it.</summary>
internal sealed class MessageRouter
{
    private readonly ConcurrentDictionary<string, ChatStream> _chats = new();
    private readonly ConcurrentDictionary<string, PendingRequest> _requests = new();
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<PairedMessage> _paired = Waiter<PairedMessage>();
    private readonly TaskCompletionSource<PairedDoneMessage> _pairedDone = Waiter<PairedDoneMessage>();
    private TaskCompletionSource<IReadOnlyList<ModelDescription>>? _models;
    private ConnectException? _ended;

    /// <summary>Ends when the Mac has stored the pairing.</summary>
    public Task<PairedMessage> Paired => _paired.Task;

    /// <summary>Ends when the pairing is complete.</summary>
    public Task<PairedDoneMessage> PairedDone => _pairedDone.Task;

    /// <summary>Called when the Mac asks for a restart of ICE.</summary>
    public Action? OnRestart { get; set; }

    public void Add(ChatStream chat)
    {
        _chats[chat.Id] = chat;
        if (_ended is { } reason)
        {
            chat.Fail(reason);
        }
    }

    public void Add(string id, PendingRequest request)
    {
        _requests[id] = request;
        if (_ended is { } reason)
        {
            request.Fail(reason);
        }
    }

    /// <summary>
    /// Joins those who wait for the models: the request has no id, and the Mac takes one at a time. True for the first,
    /// who has to ask.
    /// </summary>
    public bool JoinModels(out Task<IReadOnlyList<ModelDescription>> models)
    {
        lock (_gate)
        {
            var isFirst = _models is null;
            _models ??= Waiter<IReadOnlyList<ModelDescription>>();
            models = _models.Task;
            if (_ended is { } reason)
            {
                _models.TrySetException(reason);
            }

            return isFirst;
        }
    }

    /// <summary>Takes a message; called by one thread, in order.</summary>
    /// <exception cref="ConnectException">The message does not belong here: the session is over.</exception>
    public void Receive(Message message)
    {
        switch (message)
        {
            // QP/1 section 5: "paired* in mode 2 is fatal"; there, both waiters have ended already.
            case PairedMessage paired:
                Require(_paired.TrySetResult(paired));
                break;
            case PairedDoneMessage done:
                Require(_pairedDone.TrySetResult(done));
                break;
            case RestartMessage:
                OnRestart?.Invoke();
                break;
            case ModelsReply reply:
                TakeModels()?.TrySetResult(reply.Models);
                break;
            case ErrorMessage { Id: null, For: "models" } error:
                TakeModels()?.TrySetException(new AnswerException(error));
                break;
            case { Id: { } id } when _chats.TryGetValue(id, out var chat) && chat.Take(message):
                _chats.TryRemove(id, out _);
                break;
            case { Id: { } id } when _requests.TryGetValue(id, out var request) && request.Take(message):
                _requests.TryRemove(id, out _);
                break;
            default:
                break;
        }
    }

    /// <summary>From now on pairing messages are fatal.</summary>
    public void ForbidPairing()
    {
        _paired.TrySetCanceled();
        _pairedDone.TrySetCanceled();
    }

    public void End(ConnectException reason)
    {
        _ended = reason;
        _paired.TrySetException(reason);
        _pairedDone.TrySetException(reason);
        foreach (var chat in _chats.Values)
        {
            chat.Fail(reason);
        }

        foreach (var request in _requests.Values)
        {
            request.Fail(reason);
        }

        TakeModels()?.TrySetException(reason);

        // Nobody may be waiting for these two.
        _ = _paired.Task.Exception;
        _ = _pairedDone.Task.Exception;
    }

    private TaskCompletionSource<IReadOnlyList<ModelDescription>>? TakeModels()
    {
        lock (_gate)
        {
            var waiter = _models;
            _models = null;
            return waiter;
        }
    }

    private static void Require(bool holds)
    {
        if (!holds)
        {
            throw new ConnectException(ConnectFailure.Protocol);
        }
    }

    private static TaskCompletionSource<T> Waiter<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
