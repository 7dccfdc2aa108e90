using System.Runtime.CompilerServices;
using QuicPair.Client.Recovery;
using QuicPair.Client.Session;
using QuicPair.Protocol.Messages;
using QuicPair.Protocol.Messages.Models;

namespace QuicPair.Client;

/// <summary>
/// A Mac as a program wants it: the session is opened when it is first needed, opened again when it was lost, and
/// answers go on behind their last entry. Safe for use by many callers at once.
/// </summary>
public sealed class MacConnection : IAsyncDisposable
{
    // The Mac runs at most 8 chats of a device; more cannot wait to be cancelled.
    private const int MaxCancels = 8;

    // Ours: each time, what the Mac has done for the request is lost, and the other program is cut off, too.
    private const int MaxReplacements = 2;

    // Ours.
    private const int TextsAtOnce = 64;

    private readonly Func<CancellationToken, Task<PairedMac>> _connect;
    private readonly MacConnectionOptions _options;
    private readonly List<ChatStream> _cancels = [];
    private readonly LateCancels _late;

    // Nobody disposes these two: they have no timer, and who waits for them may be a moment late.
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly CancellationTokenSource _disposed = new();
    private volatile PairedMac? _mac;

    // Beside it: sessions with Macs that have the rest of an answer.
    private volatile PairedMac[] _others = [];
    private volatile string? _expected;

    /// <summary>A connection whose sessions <paramref name="connect"/> makes.</summary>
    /// <param name="connect">For example <c>token => phone.Open(record, token)</c>.</param>
    /// <param name="options">How long a lost session is looked for.</param>
    public MacConnection(Func<CancellationToken, Task<PairedMac>> connect, MacConnectionOptions? options = null)
    {
        _connect = connect;
        _options = options ?? new MacConnectionOptions();
        _late = new LateCancels(_options);
    }

    /// <summary>The newest session, which may be over; null before the first.</summary>
    public PairedMac? Current => _mac;

    /// <summary>The live session; it is made now when there is none.</summary>
    /// <exception cref="ConnectException">There is none, and why.</exception>
    /// <exception cref="ObjectDisposedException">The connection was disposed, also while this waited.</exception>
    public async Task<PairedMac> Open(CancellationToken cancellationToken)
    {
        if (_mac is { Ended.IsCompleted: false } live)
        {
            return live;
        }

        return await InTurn(
            async end => _mac is { Ended.IsCompleted: false } known ? known : await Renew(_connect, end),
            cancellationToken);
    }

    /// <summary>
    /// Asks, and gives the whole answer whatever happens to the session meanwhile: waiting notices, entries, exactly
    /// one end (<see cref="DoneMessage"/> or <see cref="ErrorMessage"/>; <c>too_large</c> without a <c>seq</c> also for
    /// a question that was sent three times and never arrived). Who stops reading cancels the chat.
    /// </summary>
    /// <exception cref="ConnectException">The Mac cannot be reached (again).</exception>
    public async IAsyncEnumerable<Message> Ask(
        ChatMessage request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var id = request.Id ?? PairedMac.NewId();
        lock (_cancels)
        {
            _cancels.RemoveAll(known => known.Id == id); // a name that is used again is not to be stopped again
        }

        _late.Forget(id);

        await using var answer = new ResumingAnswer(this, request with { Id = id }, cancellationToken);
        while (!answer.IsOver)
        {
            yield return await answer.Next();
        }
    }

    /// <summary>
    /// Does something with the live session, once more when the session turns out to be lost. When another program of
    /// this device has replaced it, it is done again behind a pause (<see cref="MacConnectionOptions.GiveWayFor"/>),
    /// twice at most.
    /// </summary>
    /// <exception cref="ConnectException">The Mac cannot be reached.</exception>
    public Task<T> Use<T>(
        Func<PairedMac, CancellationToken, Task<T>> action, CancellationToken cancellationToken)
    {
        var left = MaxReplacements;
        return Use(action, () => left-- > 0, cancellationToken);
    }

    /// <summary>The same, as often behind another program as <paramref name="mayTakeBack"/> says.</summary>
    internal async Task<T> Use<T>(
        Func<PairedMac, CancellationToken, Task<T>> action,
        Func<bool> mayTakeBack,
        CancellationToken cancellationToken)
    {
        var isAgain = false;
        PairedMac? live = null;
        while (true)
        {
            try
            {
                live = live is null ? await Open(cancellationToken) : await OpenAgain(live, cancellationToken);
                return await action(live, cancellationToken);
            }
            catch (ConnectException failure) when (failure.Reason == ConnectFailure.Interrupted && !isAgain)
            {
                isAgain = true;
            }
            catch (ConnectException failure) when (failure.Reason == ConnectFailure.Elsewhere && live is not null)
            {
                if (!mayTakeBack()) throw;
            }
        }
    }

    /// <summary>
    /// The embeddings of any number of texts, in order. They are asked for in parts of 64, and in smaller ones where so
    /// many embeddings do not fit into one message.
    /// </summary>
    /// <exception cref="AnswerException">The Mac refused, and why.</exception>
    /// <exception cref="ConnectException">The Mac cannot be reached.</exception>
    public async Task<EmbeddingsReply> Embed(
        string model, IReadOnlyList<string> input, int? dimensions, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        var embeddings = new List<float[]>(input.Count);
        var (atOnce, name, tokens) = (TextsAtOnce, model, (long?)null);
        while (embeddings.Count < input.Count)
        {
            string[] part = [.. input.Skip(embeddings.Count).Take(atOnce)];
            EmbeddingsReply reply;
            try
            {
                reply = await Use((live, token) => live.Embed(model, part, dimensions, token), cancellationToken);
            }
            catch (AnswerException failure) when (failure.Code == ErrorCode.TooLarge && part.Length > 1)
            {
                atOnce = part.Length / 2;
                continue;
            }

            if (reply.Embeddings.Count != part.Length) throw new ConnectException(ConnectFailure.Protocol);
            embeddings.AddRange(reply.Embeddings);
            name = reply.Model;
            tokens = reply.Tokens is { } counted ? (tokens ?? 0) + counted : tokens;
        }

        return new EmbeddingsReply { Model = name, Embeddings = embeddings, Tokens = tokens };
    }

    /// <summary>
    /// Says goodbye and closes the sessions. An attempt that is under way is cancelled and waited for: the session that
    /// it may still make is closed, too.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        await _disposed.CancelAsync();
        await _late.DisposeAsync();
        await _turn.WaitAsync();
        try
        {
            if (_mac is { } mac) await mac.DisposeAsync();
            foreach (var other in _others) await other.DisposeAsync();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>A live session after one was lost; tries until it is too late.</summary>
    /// <param name="asked">The lost session with the Mac that may have the question; null when no Mac has it.</param>
    /// <param name="hasBegun">Whether some of the answer was received: then no other Mac will do.</param>
    /// <param name="cancellation">Ends the attempts.</param>
    internal Task<PairedMac> Recover(PairedMac? asked, bool hasBegun, CancellationToken cancellation) =>
        UntilDisposed(end => LookFor(asked, hasBegun, end), cancellation);

    private async Task<PairedMac> LookFor(PairedMac? asked, bool hasBegun, CancellationToken cancellation)
    {
        var pace = new RecoveryPace(_options);
        await GiveWay(asked, pace, cancellation);

        // Its path was silent and the front door did not have it: that it is gone was found out already.
        var same = asked is { IsAway: true } && !hasBegun ? null : asked?.SameMac;
        while (true)
        {
            if (!hasBegun && pace.MayMove) same = null;
            try
            {
                return same is null ? await Open(cancellation) : await OpenSame(asked!, same, cancellation);
            }
            catch (ConnectException failure) when (failure.Reason == ConnectFailure.Elsewhere)
            {
                await pace.GiveWay(cancellation);
            }
            catch (ConnectException failure) when (
                same is not null && !hasBegun && (!failure.IsPassing || pace.IsOver))
            {
                same = null;
            }
            catch (ConnectException failure) when (failure.IsPassing && !pace.IsOver)
            {
                await pace.Wait(untilMove: same is not null && !hasBegun, cancellation);
            }
        }
    }

    private Task<PairedMac> OpenAgain(PairedMac lost, CancellationToken cancellation) => UntilDisposed(
        async end =>
        {
            await GiveWay(lost, new RecoveryPace(_options), end);
            return await Open(end);
        },
        cancellation);

    /// <summary>
    /// Leaves the Mac to another program of this device whose session has replaced this one, unless something new has
    /// taken the connection back meanwhile. Who notices late does not cut short the time of who replaced that one, too.
    /// </summary>
    private async Task GiveWay(PairedMac? lost, RecoveryPace pace, CancellationToken cancellation)
    {
        PairedMac? known = null;
        while (Newest(lost) is { IsReplaced: true } newest && newest != known)
        {
            known = newest;
            await pace.GiveWay(cancellation);
        }
    }

    private PairedMac? Newest(PairedMac? lost) =>
        _mac is { } mac && mac.Pairing.MacId == lost?.Pairing.MacId ? mac : lost;

    /// <summary>
    /// Stops a chat: now, or as soon as there is a session again. A session may die before the Mac has heard it: each
    /// new one says it again while the chat's end was not received, and a Mac that knows already ignores it.
    /// </summary>
    internal void Cancel(ChatStream chat)
    {
        lock (_cancels)
        {
            _cancels.RemoveAll(known => known.IsOver);
            if (chat.IsOver) return;
            if (_cancels.Count == MaxCancels) _cancels.RemoveAt(0);
            _cancels.Add(chat);
            if (_mac is { Ended.IsCompleted: false } live) live.Cancel(chat.Id);
            foreach (var other in _others.Where(other => !other.Ended.IsCompleted)) other.Cancel(chat.Id);
        }

        if (_mac is { IsReplaced: true, SameMac: null }) _ = SayInNewSession();
    }

    /// <summary>What no session would say by itself: with another program's the Mac goes on for nobody.</summary>
    private async Task SayInNewSession()
    {
        try
        {
            await Open(CancellationToken.None);
        }
        catch (Exception)
        {
            // Nobody waits for it. The next session that there is says it.
        }
    }

    /// <summary>
    /// Stops a chat at a Mac whose session was lost, when another one was asked meanwhile or nobody is: now, where
    /// there is another session with it, or when it is reached again. It is said until the Mac has heard it.
    /// </summary>
    internal void Leave(PairedMac mac, string chat)
    {
        PairedMac?[] sessions = [_mac, .. _others];
        if (Array.Find(sessions, known => IsLive(known, mac.Pairing.MacId)) is { } live) _late.Tell(live, chat);
        else _late.Add(mac, chat);
    }

    /// <summary>Each session begins with this model's load: it is in memory when it is asked.</summary>
    internal void Expect(string model) => _expected = model;

    // In its turn.
    private async Task<PairedMac> Renew(
        Func<CancellationToken, Task<PairedMac>> connect, CancellationToken cancellation)
    {
        if (_mac is { } over) await over.DisposeAsync();
        var mac = await connect(cancellation);
        _mac = mac;
        Greet(mac);
        if (_expected is { } model) _ = WarmUp(mac, model);
        return mac;
    }

    /// <summary>
    /// A live session with the Mac that was asked. When another question has taken the connection to another Mac
    /// meanwhile, it is one beside that, until either end closes it.
    /// </summary>
    private Task<PairedMac> OpenSame(
        PairedMac asked, Func<CancellationToken, Task<PairedMac>> same, CancellationToken cancellation)
    {
        var id = asked.Pairing.MacId;
        return InTurn(OpenIt, cancellation);

        async Task<PairedMac> OpenIt(CancellationToken end)
        {
            if (Array.Find(_others, other => IsLive(other, id)) is { } beside) return beside;
            if (_mac is not { Ended.IsCompleted: false } live) return await Renew(same, end);
            if (IsLive(live, id)) return live;
            var mac = await same(end);
            var over = Array.FindAll(_others, other => other.Ended.IsCompleted);
            _others = [.. _others.Except(over), mac];
            Greet(mac);
            foreach (var other in over) await other.DisposeAsync();
            return mac;
        }
    }

    private static bool IsLive(PairedMac? mac, string id) =>
        mac is { Ended.IsCompleted: false } && mac.Pairing.MacId == id;

    // One after another, and none once the connection is disposed.
    private Task<PairedMac> InTurn(
        Func<CancellationToken, Task<PairedMac>> open, CancellationToken cancellation) => UntilDisposed(
        async end =>
        {
            await _turn.WaitAsync(end);
            try
            {
                end.ThrowIfCancellationRequested();
                return await open(end);
            }
            finally
            {
                _turn.Release();
            }
        },
        cancellation);

    private async Task<PairedMac> UntilDisposed(
        Func<CancellationToken, Task<PairedMac>> open, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _disposed.Token);
        try
        {
            return await open(end.Token);
        }
        catch (OperationCanceledException) when (
            _disposed.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new ObjectDisposedException(nameof(MacConnection));
        }
    }

    private void Greet(PairedMac mac)
    {
        if (_options.OnPath is { } hear) mac.OnPath = news => hear(mac, news);
        lock (_cancels)
        {
            _cancels.RemoveAll(known => known.IsOver);
            foreach (var chat in _cancels) mac.Cancel(chat.Id);
        }

        _late.Tell(mac);
    }

    private static async Task WarmUp(PairedMac mac, string model)
    {
        try
        {
            await mac.Load(model, CancellationToken.None);
        }
        catch (Exception failure) when (failure is AnswerException or ConnectException)
        {
            // The answer to a question says what is wrong.
        }
    }
}
