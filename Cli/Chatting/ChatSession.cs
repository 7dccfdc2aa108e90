using System.Runtime.InteropServices;
using QuicPair.Cli.Macs;
using QuicPair.Client;
using QuicPair.Client.Recovery;
using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Messages;

namespace QuicPair.Cli.Chatting;

/// <summary>
/// A conversation: asks, prints, remembers the turns, and takes an answer up again when the connection was lost. Ctrl-C
/// cancels the answer, and not the program before the second time.
/// </summary>
internal sealed class ChatSession(
    Terminal terminal,
    ChatSettings settings,
    Func<CancellationToken, Task<PairedMac>> connect,
    TimeProvider? clock = null) : IAsyncDisposable
{
    private const int Reconnections = 3;

    // Ours: whoever pressed Ctrl-C waits for the Mac so long at most.
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(5);

    private static readonly MacConnectionOptions Library = new();

    // Ours: the answer waits at the Mac for ten minutes, a person before a terminal does not.
    private readonly MacConnectionOptions _recovery = Library with
    {
        RecoverFor = TimeSpan.FromSeconds(30),
        LongestPause = TimeSpan.FromSeconds(4),
        TimeProvider = clock ?? TimeProvider.System,
    };

    // Nobody waits for what it does: it may take as long as in the library.
    private readonly LateCancels _late = new(Library with { TimeProvider = clock ?? TimeProvider.System });
    private readonly PathNotices _notices = new(terminal, settings.Json);
    private readonly List<ChatTurn> _turns = [];

    // The Macs that may have the question, by their ids, and its name there.
    private readonly Dictionary<string, (PairedMac Session, string Chat)> _asked = [];
    private readonly LostQuestion _lost = new();
    private PairedMac? _mac;

    // There while an answer is wanted, also while there is no connection; Ctrl-C cancels it. Nobody disposes it: it has
    // no timer, and its end may come late.
    private volatile CancellationTokenSource? _wanted;
    private int _connections;
    private int _restarts;

    /// <summary>One question, one answer.</summary>
    public async Task<int> AskOnce(string prompt, CancellationToken cancellation)
    {
        if (prompt.Length == 0)
        {
            return terminal.Fail("There is nothing to ask.", ExitCode.Usage);
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
        _mac = await Connect(cancellation);
        return await Ask(prompt, cancellation);
    }

    /// <summary>The rest of an answer that this device asked for in another process.</summary>
    public async Task<int> TakeUp(string id, long after, CancellationToken cancellation)
    {
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
        _mac = await Connect(cancellation);
        return Finish(await Read(live => live.Resume(id, after), null, cancellation));
    }

    /// <summary>Questions from the keyboard until its end.</summary>
    public async Task<int> Talk(CancellationToken cancellation)
    {
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
        _mac = await Connect(cancellation);
        terminal.Note($"Connected to {_mac.Name} ({StatsText.Path(_mac)}). Ctrl-C stops an answer, Ctrl-D ends.");
        _ = WarmUp(_mac, cancellation);
        var lines = new LinkLines();
        while (true)
        {
            if (await terminal.ReadLine("> ", cancellation) is not { } line)
            {
                terminal.Error.WriteLine();
                return ExitCode.Ok;
            }

            if (line.Trim() is not { Length: > 0 } prompt) continue;
            if (lines.Refusal(prompt) is { } refusal) terminal.Error.WriteLine(refusal);
            else await Ask(prompt, cancellation);
        }
    }

    /// <summary>
    /// Ctrl-C: the answer is not wanted any more. False without one, and the second time: the signal does what it
    /// always does.
    /// </summary>
    public bool TryCancel()
    {
        if (_wanted is not { IsCancellationRequested: false } wanted) return false;

        // The conversation goes on in a thread of its own: the signal's waits for nobody.
        _ = wanted.CancelAsync();
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await _late.DisposeAsync();
        if (_mac is not null) await _mac.DisposeAsync();
    }

    private Task<PairedMac> Connect(CancellationToken cancellation) => Connect(connect, cancellation);

    private async Task<PairedMac> Connect(
        Func<CancellationToken, Task<PairedMac>> open, CancellationToken cancellation)
    {
        var mac = await open(cancellation);
        _late.Tell(mac);
        mac.OnPath = news =>
        {
            if (news == PathNews.Restarted) Interlocked.Increment(ref _restarts);
            _notices.Heard(news);
        };
        _connections++;
        return mac;
    }

    // A person types for a while; the model is in memory by then.
    private async Task WarmUp(PairedMac mac, CancellationToken cancellation)
    {
        try
        {
            await mac.Load(settings.Model, cancellation);
        }
        catch (Exception failure) when (failure is AnswerException or ConnectException or OperationCanceledException)
        {
            // The answer to a question says what is wrong.
        }
    }

    private async Task<int> Ask(string prompt, CancellationToken cancellation)
    {
        var images = _turns.Count == 0 ? settings.Images : null;
        _turns.Add(new ChatTurn { Role = ChatRole.User, Content = prompt, Images = images });
        var request = settings.Request(_turns);
        var (end, text) = await Read(live => live.Chat(request), request, cancellation);
        if (end is ErrorMessage) _turns.RemoveAt(_turns.Count - 1);
        else _turns.Add(new ChatTurn { Role = ChatRole.Assistant, Content = text });
        return Finish((end, text));
    }

    private async Task<(Message End, string Text)> Read(
        Func<PairedMac, ChatStream> start, ChatMessage? request, CancellationToken cancellation)
    {
        var printer = new AnswerPrinter(terminal, settings.Json);
        var wanted = _wanted = new CancellationTokenSource();
        _asked.Clear();
        _lost.Clear();
        _notices.Begin();
        var isLive = !_mac!.Ended.IsCompleted; // a session that is over reaches nobody
        var stream = start(_mac);
        if (isLive) _asked[_mac.Pairing.MacId] = (_mac, stream.Id);
        Message end;
        try
        {
            end = await Answer(stream, request, printer, wanted.Token, cancellation);
        }
        finally
        {
            _wanted = null;
        }

        printer.Finish();
        if (settings.Stats)
        {
            var path = new PathChanges(_connections, _restarts);
            StatsText.Print(terminal, settings.Json, _mac!, path, end, printer.FirstTokenAfter);
        }

        return (end, printer.Text);
    }

    private int Finish((Message End, string Text) answer)
    {
        if (answer.End is not ErrorMessage error) return ExitCode.Ok;
        return terminal.Fail(
            Terminal.Harmless(new AnswerException(error).Message), CommandLine.Code(error.Code));
    }

    private async Task<Message> Answer(
        ChatStream stream,
        ChatMessage? request,
        AnswerPrinter printer,
        CancellationToken unwanted,
        CancellationToken cancellation)
    {
        var left = Reconnections;
        while (true)
        {
            try
            {
                var end = await Print(stream, printer, unwanted, cancellation);

                // QP/1 section 7: a phone unsure whether its chat arrived "sends again only on not_found".
                if (end is not ErrorMessage { Code: ErrorCode.NotFound, For: "resume" } || stream.LastSeq > 0
                    || request is null)
                {
                    return end;
                }

                var mac = _mac!.Pairing.MacId;
                if (!_lost.MaySendAgain(mac)) return printer.End(LostQuestion.End(stream.Id));
                _asked[mac] = (_mac, stream.Id);
                stream = _mac.Chat(request with { Id = stream.Id });
            }
            catch (OperationCanceledException) when (
                unwanted.IsCancellationRequested && !cancellation.IsCancellationRequested)
            {
                return Leave(stream, printer);
            }
            catch (ConnectException failure) when (
                failure.IsPassing && (left > 0 || failure.Reason == ConnectFailure.Elsewhere))
            {
                if (failure.Reason != ConnectFailure.Elsewhere) left--;
                if (await ConnectAgain(stream, request, unwanted, cancellation) is not { } again)
                {
                    if (_mac is { IsReplaced: true, SameMac: null }) await StopAtMac(stream, cancellation);
                    return Leave(stream, printer);
                }

                stream = again;
            }
            catch (ConnectException failure) when (failure.IsPassing)
            {
                if (_lost.IsLastSending(_mac!.Pairing.MacId)) return printer.End(LostQuestion.End(stream.Id));
                _notices.GivenUp(_mac, stream);
                throw;
            }
        }
    }

    /// <summary>The end of an answer that nobody waits for; the next session with a Mac that has it says so.</summary>
    private ErrorMessage Leave(ChatStream stream, AnswerPrinter printer)
    {
        foreach (var (id, (session, chat)) in _asked)
        {
            // A Mac that is silent may not have heard it: it is said until a word behind it has come back.
            if (_mac is { Ended.IsCompleted: false } live && live.Pairing.MacId == id) _late.Tell(live, chat);
            else _late.Add(session, chat);
        }

        return printer.End(new ErrorMessage { Id = stream.Id, Code = ErrorCode.Cancelled });
    }

    /// <summary>
    /// Tells the Mac, which has another program's session, that nobody wants the answer; no other session of this one
    /// may follow.
    /// </summary>
    private async Task StopAtMac(ChatStream stream, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(StopWithin);
        try
        {
            await using var mac = await connect(limit.Token);
            mac.Cancel(stream.Id);
            await mac.Ping(limit.Token);
        }
        catch (Exception failure) when (
            failure is ConnectException or AnswerException || limit.IsCancellationRequested)
        {
            // It ends with the answer, then.
        }
    }

    /// <summary>The answer on a new connection; null when it is not wanted any more.</summary>
    private async Task<ChatStream?> ConnectAgain(
        ChatStream stream, ChatMessage? request, CancellationToken unwanted, CancellationToken cancellation)
    {
        if (unwanted.IsCancellationRequested) return null;
        if (_mac is { IsReplaced: false }) _notices.Lost();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(unwanted, cancellation);
        try
        {
            return await Reconnect(stream, request, end.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task<ChatStream> Reconnect(
        ChatStream stream, ChatMessage? request, CancellationToken cancellation)
    {
        var lost = _mac!;
        await lost.DisposeAsync();
        var pace = new RecoveryPace(_recovery);
        if (lost.IsReplaced && _asked.ContainsKey(lost.Pairing.MacId))
        {
            _notices.GivesWay();
            await pace.GiveWay(cancellation);
        }

        // Only the Mac that was asked has the rest of an answer.
        var isBound = request is null || stream.LastSeq > 0;
        var same = isBound || (_asked.ContainsKey(lost.Pairing.MacId) && !lost.IsAway) ? lost.SameMac : null;
        while (true)
        {
            if (!isBound && pace.MayMove) same = null;
            try
            {
                _mac = await Connect(same ?? connect, cancellation);
                return GoOn(lost, _mac, stream, isBound ? null : request);
            }
            catch (ConnectException failure) when (failure.Reason == ConnectFailure.Elsewhere)
            {
                await pace.GiveWay(cancellation);
                continue;
            }
            catch (ConnectException failure) when (same is not null && !isBound && !failure.IsPassing)
            {
                same = null;
                continue;
            }
            catch (ConnectException failure) when (
                failure.IsPassing || CommandLine.Code(failure.Reason) == ExitCode.Unreachable)
            {
                if (pace.IsOver)
                {
                    if (!_lost.IsLastSending(lost.Pairing.MacId)) _notices.GivenUp(lost, stream);
                    throw;
                }
            }

            await pace.Wait(untilMove: same is not null && !isBound, cancellation);
        }
    }

    /// <summary>The answer on a new session; a Mac that does not have the question yet is asked it.</summary>
    private ChatStream GoOn(PairedMac lost, PairedMac mac, ChatStream stream, ChatMessage? request)
    {
        var id = mac.Pairing.MacId;
        if (request is null || _asked.ContainsKey(id))
        {
            _notices.GoesOn(lost);
            return mac.Resume(request is null ? stream.Id : _asked[id].Chat, stream.LastSeq);
        }

        _notices.IsAsked(lost);

        // Under another name: where this one was stopped, it could not be asked again.
        var again = mac.Chat(request);
        _asked[id] = (mac, again.Id);
        return again;
    }

    // Once another Mac has said something, those that were asked before it work for nobody.
    private void LeaveOthers()
    {
        if (_asked.Count < 2) return;
        foreach (var id in _asked.Keys.Where(asked => asked != _mac!.Pairing.MacId).ToList())
        {
            _late.Add(_asked[id].Session, _asked[id].Chat);
            _asked.Remove(id);
        }
    }

    private async Task<Message> Print(
        ChatStream stream, AnswerPrinter printer, CancellationToken unwanted, CancellationToken cancellation)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await using var cancel = unwanted.Register(() =>
        {
            stream.Cancel();
            silence.CancelAfter(StopWithin);
        });
        await foreach (var message in stream.WithCancellation(silence.Token))
        {
            LeaveOthers();
            if (message is not ErrorMessage) _lost.Clear();
            printer.Print(message);
            if (message is DoneMessage or ErrorMessage)
            {
                return message;
            }
        }

        throw new ConnectException(ConnectFailure.Interrupted);
    }

    private void Interrupt(PosixSignalContext signal) => signal.Cancel |= TryCancel();
}
