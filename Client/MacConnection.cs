using System.Runtime.CompilerServices;
using QuicPair.Client.Session;
using QuicPair.Protocol.Messages;

namespace QuicPair.Client;

/// <summary>
/// A Mac as a program wants it: the session is opened when it is first needed, opened again when it was lost, and
/// answers go on behind their last entry. Safe for use by many callers at once.
/// </summary>
public sealed class MacConnection : IAsyncDisposable
{
    // The Mac runs at most 8 chats of a device; more cannot wait to be cancelled.
    private const int MaxCancels = 8;

    private readonly Func<CancellationToken, Task<PairedMac>> _connect;
    private readonly MacConnectionOptions _options;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Queue<string> _cancels = [];
    private volatile PairedMac? _mac;

    /// <summary>A connection whose sessions <paramref name="connect"/> makes.</summary>
    /// <param name="connect">For example <c>token => phone.Open(record, token)</c>.</param>
    /// <param name="options">How long a lost session is looked for.</param>
    public MacConnection(Func<CancellationToken, Task<PairedMac>> connect, MacConnectionOptions? options = null)
    {
        _connect = connect;
        _options = options ?? new MacConnectionOptions();
    }

    /// <summary>The newest session, which may be over; null before the first.</summary>
    public PairedMac? Current => _mac;

    /// <summary>The live session; it is made now when there is none.</summary>
    /// <exception cref="ConnectException">There is none, and why.</exception>
    public async Task<PairedMac> Open(CancellationToken cancellationToken)
    {
        if (_mac is { Ended.IsCompleted: false } live)
        {
            return live;
        }

        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_mac is { } known)
            {
                if (!known.Ended.IsCompleted)
                {
                    return known;
                }

                await known.DisposeAsync();
            }

            var mac = await _connect(cancellationToken);
            _mac = mac;
            SendCancels(mac);
            return mac;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>
    /// Asks, and gives the whole answer whatever happens to the session meanwhile: waiting notices, entries, exactly
    /// one end (<see cref="DoneMessage"/> or <see cref="ErrorMessage"/>). Who stops reading cancels the chat.
    /// </summary>
    /// <exception cref="ConnectException">The Mac cannot be reached (again).</exception>
    public async IAsyncEnumerable<Message> Ask(
        ChatMessage request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var id = request.Id ?? PairedMac.NewId();
        await using var answer = new ResumingAnswer(this, request with { Id = id }, cancellationToken);
        while (!answer.IsOver)
        {
            yield return await answer.Next();
        }
    }

    /// <summary>Does something with the live session, once more when the session turns out to be lost.</summary>
    /// <exception cref="ConnectException">The Mac cannot be reached.</exception>
    public async Task<T> Use<T>(
        Func<PairedMac, CancellationToken, Task<T>> action, CancellationToken cancellationToken)
    {
        try
        {
            return await action(await Open(cancellationToken), cancellationToken);
        }
        catch (ConnectException failure) when (failure.Reason == ConnectFailure.Interrupted)
        {
            return await action(await Open(cancellationToken), cancellationToken);
        }
    }

    /// <summary>Says goodbye and closes the session.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_mac is { } mac)
        {
            await mac.DisposeAsync();
        }

        _turn.Dispose();
    }

    /// <summary>A live session after one was lost; tries until it is too late.</summary>
    internal async Task<PairedMac> Recover(CancellationToken cancellation)
    {
        var (clock, pause, lostAt) = (_options.TimeProvider, _options.FirstPause, _options.TimeProvider.GetTimestamp());
        while (true)
        {
            try
            {
                return await Open(cancellation);
            }
            catch (ConnectException failure) when (
                IsPassing(failure) && clock.GetElapsedTime(lostAt) + pause < _options.RecoverFor)
            {
                await Task.Delay(pause, clock, cancellation);
                pause = pause * 2 < _options.LongestPause ? pause * 2 : _options.LongestPause;
            }
        }
    }

    /// <summary>Whether the Mac may be back in a moment.</summary>
    internal static bool IsPassing(ConnectException failure) => failure.Reason is
        ConnectFailure.Interrupted or ConnectFailure.FrontDoorUnreachable or ConnectFailure.MacAway
        or ConnectFailure.Busy or ConnectFailure.NoPath or ConnectFailure.UdpBlocked
        or ConnectFailure.RelayRefused or ConnectFailure.RelayUnreachable or ConnectFailure.Handshake;

    /// <summary>Stops a chat: now, or as soon as there is a session again.</summary>
    internal void Cancel(string id)
    {
        lock (_cancels)
        {
            if (_mac is { Ended.IsCompleted: false } live)
            {
                live.Cancel(id);
            }
            else if (_cancels.Count < MaxCancels)
            {
                _cancels.Enqueue(id);
            }
        }
    }

    private void SendCancels(PairedMac mac)
    {
        lock (_cancels)
        {
            while (_cancels.TryDequeue(out var id))
            {
                mac.Cancel(id);
            }
        }
    }
}
