using QuicPair.Cli;
using QuicPair.Cli.Chatting;
using QuicPair.Protocol;
using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Messages;

namespace QuicPair.Client.Tests.Command;

/// <summary>A question at a terminal while another program of the same device is connected, too.</summary>
public sealed class ReplacedTests : IAsyncLifetime
{
    // It comes between two of them: more often than a lost connection is made again.
    private const int Words = 6;

    private const string Told =
        "Another program of this device is connected; the answer goes on at the Mac and comes here in a moment.\n";

    private readonly LeapingTime _clock = new();
    private readonly TemporaryFolder _folder = new();
    private readonly TestMac _mac = new();
    private readonly StringWriter _out = new();
    private readonly StringWriter _error = new();
    private Phone _phone = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _phone = await _mac.PairedPhone(_folder, Cancellation);
        _mac.OnChat = (peer, asked) => Say(peer, asked.Id!, 1);
        _mac.OnResume = (peer, resume) => Say(peer, resume.Id!, resume.After + 1);
    }

    public async ValueTask DisposeAsync()
    {
        await _phone.DisposeAsync();
        _mac.Dispose();
        _folder.Dispose();
        await _out.DisposeAsync();
        await _error.DisposeAsync();
    }

    [Fact]
    public async Task The_answer_comes_whole_with_a_pause_each_time_and_that_is_told_once()
    {
        await using var chat = NewChat(new Terminal(TextReader.Null, _out, _error) { HasErrorScreen = true });

        Assert.Equal(ExitCode.Ok, await chat.AskOnce("count", Cancellation));
        Assert.Equal("1 2 3 4 5 6 \n", $"{_out}");
        Assert.Equal(Told, $"{_error}");
        Assert.Equal(TimeSpan.FromSeconds(4) * (Words - 1), _clock.Leapt);
    }

    [Fact]
    public async Task On_a_screen_the_note_has_a_line_of_its_own()
    {
        var screen = new Terminal(TextReader.Null, _out, _out) { HasScreen = true, HasErrorScreen = true };
        await using var chat = NewChat(screen);

        Assert.Equal(ExitCode.Ok, await chat.AskOnce("count", Cancellation));
        Assert.Equal($"1 \n{Told}2 3 4 5 6 \n", $"{_out}");
    }

    [Fact]
    public async Task A_session_that_was_replaced_between_two_questions_delays_neither()
    {
        PairedMac? first = null;
        _mac.OnChat = (peer, asked) =>
        {
            var content = asked.Prompt ?? asked.Turns![^1].Content;
            peer.Send(new DeltaMessage { Id = asked.Id, Seq = 1, Content = content });
            peer.Send(new DoneMessage { Id = asked.Id, Seq = 2, Reason = DoneReason.Stop });
            if (content == "one") peer.Close(CloseCode.Normal);
        };
        using var keyboard = new Keyboard(async line =>
        {
            if (line == 1) await first!.Ended.WaitAsync(Cancellation);
            return line switch
            {
                0 => "one",
                1 => "two",
                _ => null,
            };
        });
        var terminal = new Terminal(keyboard, _out, _error) { HasErrorScreen = true };
        await using var chat = NewChat(terminal, mac => first ??= mac);

        Assert.Equal(ExitCode.Ok, await chat.Talk(Cancellation));
        Assert.Equal(("one\ntwo\n", TimeSpan.Zero), ($"{_out}", _clock.Leapt));
        Assert.DoesNotContain("Another program", $"{_error}", StringComparison.Ordinal);
        Assert.DoesNotContain("connection", $"{_error}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_is_not_wanted_any_more_is_stopped_in_a_session_of_its_own()
    {
        var stopped = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var asked = "";
        ChatSession? chat = null;
        _mac.OnCancel = (_, cancel) => stopped.TrySetResult(cancel.Id);
        _mac.OnChat = (peer, question) =>
        {
            asked = question.Id!;
            peer.Send(new DeltaMessage { Id = asked, Seq = 1, Content = "1 " });
            Assert.True(chat!.TryCancel());
            peer.Close(CloseCode.Normal);
        };
        await using var session = chat = NewChat(new Terminal(TextReader.Null, _out, _error));

        Assert.Equal(ExitCode.Failed, await chat.AskOnce("count", Cancellation));
        Assert.Equal(asked, await stopped.Task.WaitAsync(Cancellation));
    }

    /// <summary>Says one word; then another program comes, or the answer is whole.</summary>
    private static void Say(TestMacPhone peer, string id, long number)
    {
        peer.Send(new DeltaMessage { Id = id, Seq = number, Content = $"{number} " });
        if (number < Words) peer.Close(CloseCode.Normal);
        else peer.Send(new DoneMessage { Id = id, Seq = number + 1, Reason = DoneReason.Stop });
    }

    private ChatSession NewChat(Terminal terminal, Action<PairedMac>? hear = null) => new(
        terminal,
        new ChatSettings(),
        async token =>
        {
            var mac = await _phone.Open(_phone.Usable()[0], token);
            hear?.Invoke(mac);
            return mac;
        },
        _clock);
}
