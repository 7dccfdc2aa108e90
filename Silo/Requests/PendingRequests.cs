using System.Diagnostics.CodeAnalysis;
using QuicPair.Protocol.Messages;
using QuicPair.Silo.Runners;

namespace QuicPair.Silo.Requests;

/// <summary>Requests of one connection that take time; they end with it (docs/protocol.md, 7.1).</summary>
internal sealed class PendingRequests(Action<Message> reply)
{
    // From the protocol.
    private const int MaxPending = 8;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, CancellationTokenSource> _pending = [];
    private bool _isOver;

    /// <summary>Whether one is under way.</summary>
    public bool Any
    {
        get
        {
            lock (_lock) return _pending.Count > 0;
        }
    }

    /// <summary>Begins a request, or says why not.</summary>
    /// <param name="request">The request; without an id it counts as one of its own.</param>
    /// <param name="work">Gives the last reply; throws <see cref="RunnerException"/> for an error.</param>
    public ErrorMessage? Begin(Message request, Func<CancellationToken, Task<Message>> work)
    {
        CancellationTokenSource stop;
        lock (_lock)
        {
            var key = Key(request);
            if (_isOver) return null;
            if (_pending.ContainsKey(key))
            {
                return request.Id is null
                    ? Refusal(request, ErrorCode.Rate)
                    : Refusal(request, ErrorCode.Exists, "A request with that id is under way.");
            }

            if (_pending.Count >= MaxPending) return Refusal(request, ErrorCode.Rate);
            stop = new CancellationTokenSource();
            _pending[key] = stop;
        }

        _ = Run(request, work, stop);
        return null;
    }

    /// <summary>Stops a request; its reply is the error <c>cancelled</c>. False when there is none.</summary>
    public bool Cancel(string id)
    {
        if (!TryFind(id, out var stop)) return false;
        stop.Cancel();
        return true;
    }

    /// <summary>The connection is gone.</summary>
    public void End()
    {
        CancellationTokenSource[] all;
        lock (_lock)
        {
            _isOver = true;
            all = [.. _pending.Values];
        }

        foreach (var stop in all) stop.Cancel();
    }

    private static string Key(Message request) => request.Id ?? " " + request.Op;

    private static ErrorMessage Refusal(Message request, ErrorCode code, string? text = null) =>
        new() { Id = request.Id, For = request.Op, Code = code, Text = text };

    private async Task Run(
        Message request, Func<CancellationToken, Task<Message>> work, CancellationTokenSource stop)
    {
        Message answer;
        try
        {
            answer = await work(stop.Token) with { Id = request.Id };
        }
        catch (OperationCanceledException)
        {
            answer = Refusal(request, ErrorCode.Cancelled);
        }
        catch (RunnerException problem)
        {
            answer = Refusal(request, problem.Code, problem.Message) with { Until = problem.Until };
        }
        catch (Exception)
        {
            // What went wrong may hold content: the phone hears that it did.
            answer = Refusal(request, ErrorCode.RunnerFailed);
        }

        // The source stays undisposed: it may be cancelled at this moment, and without a timer it holds nothing.
        lock (_lock) _pending.Remove(Key(request));
        reply(answer);
    }

    private bool TryFind(string id, [NotNullWhen(true)] out CancellationTokenSource? stop)
    {
        lock (_lock) return _pending.TryGetValue(id, out stop);
    }
}
