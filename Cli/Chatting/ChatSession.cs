using System.Runtime.InteropServices;
using QuicPair.Client;
using QuicPair.Protocol;
using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Messages;

namespace QuicPair.Cli.Chatting;

/// <summary>
/// A conversation: asks, prints, remembers the turns, and takes an answer up again when the connection was lost. Ctrl-C
/// cancels the answer, not the program.
/// </summary>
internal sealed class ChatSession(
    Terminal terminal,
    ChatSettings settings,
    Func<CancellationToken, Task<PairedMac>> connect,
    TimeProvider? clock = null) : IAsyncDisposable
{
    private const int Reconnections = 3;

    // Ours: the answer waits at the Mac for ten minutes, a person before a terminal does not.
    private static readonly TimeSpan ReconnectFor = TimeSpan.FromSeconds(30);

    // The library's: until then a question of which nothing has come stays with its Mac.
    private static readonly TimeSpan AnotherMacAfter = new MacConnectionOptions().AnotherMacAfter;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(4);

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly List<ChatTurn> _turns = [];

    // The Macs that may have the question.
    private readonly HashSet<string> _asked = [];
    private readonly List<string> _givenUp = [];
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
        while (true)
        {
            terminal.Error.Write("> ");
            if (await terminal.In.ReadLineAsync(cancellation) is not { } line)
            {
                terminal.Error.WriteLine();
                return ExitCode.Ok;
            }

            if (line.Trim() is { Length: > 0 } prompt)
            {
                await Ask(prompt, cancellation);
            }
        }
    }

    /// <summary>
    /// Ctrl-C: the answer is not wanted any more. False without one: the signal does what it always does.
    /// </summary>
    public bool TryCancel()
    {
        if (_wanted is not { } wanted) return false;

        // The conversation goes on in a thread of its own: the signal's waits for nobody.
        _ = wanted.CancelAsync();
        return true;
    }

    public ValueTask DisposeAsync() => _mac?.DisposeAsync() ?? ValueTask.CompletedTask;

    private Task<PairedMac> Connect(CancellationToken cancellation) => Connect(connect, cancellation);

    private async Task<PairedMac> Connect(
        Func<CancellationToken, Task<PairedMac>> open, CancellationToken cancellation)
    {
        var mac = await open(cancellation);
        _givenUp.ForEach(mac.Cancel);
        _givenUp.Clear();
        mac.OnPath = news =>
        {
            if (news == PathNews.Silent) terminal.Note("Your Mac does not answer; looking for another way.");
            if (news != PathNews.Restarted) return;
            Interlocked.Increment(ref _restarts);
            Tell("restarted", "The path was restarted; the connection is the same.");
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

    private void Tell(string change, string sentence)
    {
        // One call for the whole line: the answer is printed by another thread.
        if (settings.Json) terminal.Out.WriteLine($$"""{"op":"path","change":"{{change}}"}""");
        else terminal.Note(sentence);
    }

    private async Task<int> Ask(string prompt, CancellationToken cancellation)
    {
        var images = _turns.Count == 0 ? settings.Images : null;
        _turns.Add(new ChatTurn { Role = ChatRole.User, Content = prompt, Images = images });
        var request = Request(prompt);
        var (end, text) = await Read(live => live.Chat(request), request, cancellation);
        if (end is ErrorMessage)
        {
            _turns.RemoveAt(_turns.Count - 1);
        }
        else
        {
            _turns.Add(new ChatTurn { Role = ChatRole.Assistant, Content = text });
        }

        return Finish((end, text));
    }

    private async Task<(Message End, string Text)> Read(
        Func<PairedMac, ChatStream> start, ChatMessage? request, CancellationToken cancellation)
    {
        var printer = new AnswerPrinter(terminal, settings.Json);
        var wanted = _wanted = new CancellationTokenSource();
        _asked.Clear();
        if (!_mac!.Ended.IsCompleted) _asked.Add(_mac.Pairing.MacId); // one that is over reaches nobody
        Message end;
        try
        {
            end = await Answer(start(_mac), request, printer, wanted.Token, cancellation);
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
        if (answer.End is not ErrorMessage error)
        {
            return ExitCode.Ok;
        }

        var sentence = error.Text is { Length: > 0 } text ? Terminal.Harmless(text) : error.Code.Sentence;
        return terminal.Fail(sentence, CommandLine.Code(error.Code));
    }

    private ChatMessage Request(string prompt)
    {
        var request = new ChatMessage
        {
            Model = settings.Model,
            System = settings.System,
            Think = settings.Think,
            Options = settings.Seed is { } seed ? new ChatOptions { Seed = seed } : null,
        };
        return _turns is [{ Images: null }] ? request with { Prompt = prompt } : request with { Turns = [.. _turns] };
    }

    private async Task<Message> Answer(
        ChatStream stream,
        ChatMessage? request,
        AnswerPrinter printer,
        CancellationToken unwanted,
        CancellationToken cancellation)
    {
        for (var left = Reconnections; ; left--)
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

                _asked.Add(_mac!.Pairing.MacId);
                stream = _mac.Chat(request with { Id = stream.Id });
            }
            catch (ConnectException failure) when (failure.IsPassing && left > 0)
            {
                if (await ConnectAgain(stream, request, unwanted, cancellation) is not { } again)
                {
                    _givenUp.Add(stream.Id);
                    var end = new ErrorMessage { Id = stream.Id, Code = ErrorCode.Cancelled };
                    printer.Print(end);
                    return end;
                }

                stream = again;
            }
        }
    }

    /// <summary>The answer on a new connection; null when it is not wanted any more.</summary>
    private async Task<ChatStream?> ConnectAgain(
        ChatStream stream, ChatMessage? request, CancellationToken unwanted, CancellationToken cancellation)
    {
        if (unwanted.IsCancellationRequested) return null;
        terminal.Note("The connection was lost; connecting again.");
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
        var (lostAt, pause) = (_clock.GetTimestamp(), FirstPause);

        // Only the Mac that was asked has the rest of an answer.
        var isBound = request is null || stream.LastSeq > 0;
        var same = isBound || _asked.Contains(lost.Pairing.MacId) ? lost.SameMac : null;
        while (true)
        {
            if (!isBound && _clock.GetElapsedTime(lostAt) >= AnotherMacAfter) same = null;
            try
            {
                _mac = await Connect(same ?? connect, cancellation);
                return GoOn(_mac, stream, isBound ? null : request);
            }
            catch (ConnectException failure) when (same is not null && !isBound && !failure.IsPassing)
            {
                same = null;
                continue;
            }
            catch (ConnectException failure) when (
                failure.IsPassing || CommandLine.Code(failure.Reason) == ExitCode.Unreachable)
            {
                if (_clock.GetElapsedTime(lostAt) + pause > ReconnectFor)
                {
                    terminal.Note($"The answer goes on at the Mac; for its rest: {Rest(lost, stream)}");
                    throw;
                }
            }

            var left = AnotherMacAfter - _clock.GetElapsedTime(lostAt);
            var isShort = same is not null && !isBound && left < pause;
            var whole = TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(left.TotalMilliseconds)));
            await Task.Delay(isShort ? whole : pause, _clock, cancellation);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    /// <summary>The answer on a new session; a Mac that does not have the question yet is asked it.</summary>
    private ChatStream GoOn(PairedMac mac, ChatStream stream, ChatMessage? request)
    {
        if (request is not null && _asked.Add(mac.Pairing.MacId))
        {
            Tell("connected_anew", "There is a new connection; the question is asked there.");
            return mac.Chat(request with { Id = stream.Id });
        }

        Tell("connected_anew", "There is a new connection; the answer goes on where it was.");
        return mac.Resume(stream.Id, stream.LastSeq);
    }

    private static string Rest(PairedMac mac, ChatStream stream)
    {
        var rest = $"quicpair chat --resume {stream.Id} --after {stream.LastSeq}";
        return mac.SameMac is null ? rest : $"{rest} --mac {mac.Pairing.MacId}";
    }

    private static async Task<Message> Print(
        ChatStream stream, AnswerPrinter printer, CancellationToken unwanted, CancellationToken cancellation)
    {
        await using var cancel = unwanted.Register(stream.Cancel);
        await foreach (var message in stream.WithCancellation(cancellation))
        {
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
