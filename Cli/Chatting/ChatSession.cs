using System.Diagnostics;
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
    Terminal terminal, ChatSettings settings, Func<CancellationToken, Task<PairedMac>> connect) : IAsyncDisposable
{
    private const int Reconnections = 3;

    // Ours: the answer waits at the Mac for ten minutes, a person before a terminal does not.
    private static readonly TimeSpan ReconnectFor = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(4);

    private readonly List<ChatTurn> _turns = [];
    private PairedMac? _mac;
    private ChatStream? _running;
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

    public ValueTask DisposeAsync() => _mac?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task<PairedMac> Connect(CancellationToken cancellation)
    {
        var mac = await connect(cancellation);
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
        var end = await Answer(start(_mac!), request, printer, cancellation);
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
        ChatStream stream, ChatMessage? request, AnswerPrinter printer, CancellationToken cancellation)
    {
        for (var left = Reconnections; ; left--)
        {
            try
            {
                var end = await Print(stream, printer, cancellation);

                // QP/1 section 7: a phone unsure whether its chat arrived "sends again only on not_found".
                if (end is not ErrorMessage { Code: ErrorCode.NotFound, For: "resume" } || stream.LastSeq > 0
                    || request is null)
                {
                    return end;
                }

                stream = _mac!.Chat(request with { Id = stream.Id });
            }
            catch (ConnectException failure) when (failure.Reason == ConnectFailure.Interrupted && left > 0)
            {
                terminal.Note("The connection was lost; connecting again.");
                stream = await Reconnect(stream, cancellation);
            }
        }
    }

    private async Task<ChatStream> Reconnect(ChatStream stream, CancellationToken cancellation)
    {
        await _mac!.DisposeAsync();
        var (lostAt, pause) = (Stopwatch.GetTimestamp(), FirstPause);
        while (true)
        {
            try
            {
                _mac = await Connect(cancellation);
                Tell("connected_anew", "There is a new connection; the answer goes on where it was.");
                return _mac.Resume(stream.Id, stream.LastSeq);
            }
            catch (ConnectException failure) when (CommandLine.Code(failure.Reason) == ExitCode.Unreachable)
            {
                if (Stopwatch.GetElapsedTime(lostAt) + pause > ReconnectFor)
                {
                    terminal.Note($"The answer goes on at the Mac; for its rest: {Rest(stream)}");
                    throw;
                }
            }

            await Task.Delay(pause, TimeProvider.System, cancellation);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private static string Rest(ChatStream stream) => $"quicpair chat --resume {stream.Id} --after {stream.LastSeq}";

    private async Task<Message> Print(ChatStream stream, AnswerPrinter printer, CancellationToken cancellation)
    {
        _running = stream;
        try
        {
            await foreach (var message in stream.WithCancellation(cancellation))
            {
                printer.Print(message);
                if (message is DoneMessage or ErrorMessage)
                {
                    return message;
                }
            }
        }
        finally
        {
            _running = null;
        }

        throw new ConnectException(ConnectFailure.Interrupted);
    }

    // Without a running answer the signal does what it always does.
    private void Interrupt(PosixSignalContext signal)
    {
        if (_running is { } stream)
        {
            signal.Cancel = true;
            stream.Cancel();
        }
    }
}
