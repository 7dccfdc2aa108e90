using System.Net;
using QuicPair.Cli;
using QuicPair.Cli.Chatting;
using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Messages;
using QuicPair.Protocol.Messages.Models;

namespace QuicPair.Client.Tests.Command;

/// <summary>A conversation at a keyboard: what Ctrl-C does in it, and what it outlives.</summary>
public sealed class ChatSessionTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestMac _mac = new();
    private readonly StringWriter _out = new();
    private readonly StringWriter _error = new();
    private Phone _phone = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _phone = await _mac.PairedPhone(_folder, Cancellation);
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
    public async Task Ctrl_C_cancels_the_answer_and_the_conversation_goes_on()
    {
        await using var chat = NewChat("one\ntwo\n");
        Assert.False(chat.TryCancel());
        _mac.OnChat = (peer, asked) =>
        {
            if (asked.Prompt == "two") Echo(peer, asked);
            else chat.TryCancel();
        };

        Assert.Equal(ExitCode.Ok, await chat.Talk(Cancellation));
        Assert.Equal("two\n", $"{_out}");
        Assert.Contains("The answer was cancelled.\n", $"{_error}", StringComparison.Ordinal);
        Assert.Single(_mac.Phone.Received.OfType<CancelMessage>());
        Assert.False(chat.TryCancel());
    }

    [Fact]
    public async Task Ctrl_C_without_a_connection_ends_the_wait_and_the_Mac_is_told_when_there_is_one()
    {
        var cancelled = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        string? first = null;
        _mac.OnCancel = (_, cancel) => cancelled.TrySetResult(cancel.Id);
        _mac.OnResume = (peer, resume) => peer.Send(
            new ErrorMessage { Id = resume.Id, For = "resume", Code = ErrorCode.NotFound });
        _mac.OnChat = (peer, asked) =>
        {
            if (asked.Prompt == "two")
            {
                Echo(peer, asked);
                return;
            }

            // Sent again, as it is where the wait had ended a moment too late, it is answered.
            if (first is null) _mac.Failure = (HttpStatusCode.ServiceUnavailable, """{"code":"mac_offline"}""");
            first = asked.Id;
            peer.Vanish();
        };
        await using var chat = NewChat("one\ntwo\n");
        var talking = chat.Talk(Cancellation);
        await _mac.Refused.WaitAsync(Cancellation);
        Assert.True(chat.TryCancel());
        _mac.Failure = null;

        Assert.Equal(ExitCode.Ok, await talking);
        Assert.Equal("two\n", $"{_out}");
        Assert.Equal(first, await cancelled.Task.WaitAsync(Cancellation));
    }

    [Fact]
    public async Task Ctrl_C_does_not_wait_for_a_Mac_that_is_silent_and_the_next_session_tells_it()
    {
        var cancelled = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        ChatSession? chat = null;
        TestMacPhone? silent = null;
        string? first = null;
        (bool, bool) pressed = default;
        _mac.OnCancel = (_, cancel) => cancelled.TrySetResult(cancel.Id);
        _mac.OnResume = (peer, resume) => peer.Send(
            new ErrorMessage { Id = resume.Id, For = "resume", Code = ErrorCode.NotFound });
        _mac.OnChat = (peer, asked) =>
        {
            if (silent is not null)
            {
                Echo(peer, asked);
                return;
            }

            (silent, first) = (peer, asked.Id);
            peer.OnUnread = _ => { };
            pressed = (chat!.TryCancel(), chat.TryCancel());
        };
        using var keyboard = new Keyboard(line =>
        {
            if (line == 1) silent!.Vanish();
            return Task.FromResult<string?>(line switch
            {
                0 => "one",
                1 => "two",
                _ => null,
            });
        });
        await using var session = chat = NewChat(keyboard);

        Assert.Equal(ExitCode.Ok, await chat.Talk(Cancellation));
        Assert.Equal("two\n", $"{_out}");
        Assert.Contains("The answer was cancelled.\n", $"{_error}", StringComparison.Ordinal);
        Assert.Equal(first, await cancelled.Task.WaitAsync(Cancellation));

        // Whoever presses it again waits for nothing.
        Assert.Equal((true, false), pressed);
    }

    [Fact]
    public async Task A_notice_at_the_prompt_has_a_line_of_its_own_and_the_prompt_comes_again()
    {
        PairedMac? mac = null;
        using var keyboard = new Keyboard(line =>
        {
            if (line == 0) mac!.OnPath!(PathNews.Silent);
            return Task.FromResult<string?>(line == 0 ? "one" : null);
        });
        await using var chat = NewChat(keyboard, hasErrorScreen: true, hear: connected => mac = connected);

        Assert.Equal(ExitCode.Ok, await chat.Talk(Cancellation));
        Assert.Equal("one\n", $"{_out}");
        Assert.EndsWith(
            " ends.\n> \nYour Mac does not answer; looking for another way.\n> > \n",
            $"{_error}",
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Mac_that_restarts_in_order_is_looked_for_and_the_conversation_goes_on()
    {
        _mac.OnChat = (peer, asked) =>
        {
            if (asked.Prompt != "one")
            {
                Echo(peer, asked);
                return;
            }

            peer.Send(new DeltaMessage { Id = asked.Id, Seq = 1, Content = "begun" });
            peer.Close(Protocol.CloseCode.Shutdown);
        };
        await using var chat = NewChat("one\ntwo\n");

        Assert.Equal(ExitCode.Ok, await chat.Talk(Cancellation));
        Assert.Equal("begun resumed\ntwo\n", $"{_out}");
    }

    [Fact]
    public async Task An_answer_whose_connection_is_lost_time_and_again_ends_with_how_to_get_its_rest()
    {
        string? id = null;
        _mac.OnChat = (peer, asked) =>
        {
            id = asked.Id;
            peer.Send(new DeltaMessage { Id = id, Seq = 1, Content = "begun" });
            peer.Close(Protocol.CloseCode.Renew);
        };
        _mac.OnResume = (peer, _) => peer.Close(Protocol.CloseCode.Renew);
        await using var chat = NewChat("", hasErrorScreen: true);
        var failure = await Assert.ThrowsAsync<ConnectException>(() => chat.AskOnce("one", Cancellation));

        Assert.Equal(ConnectFailure.Interrupted, failure.Reason);
        Assert.EndsWith($"quicpair chat --resume {id} --after 1\n", $"{_error}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_question_that_never_gets_through_is_sent_three_times_and_that_is_said(int brokenResumptions)
    {
        var asked = 0;
        _mac.OnChat = (peer, _) =>
        {
            asked++;
            peer.Close(Protocol.CloseCode.Idle);
        };
        _mac.OnResume = (peer, resume) =>
        {
            if (brokenResumptions-- > 0) peer.Close(Protocol.CloseCode.Idle);
            else peer.Send(new ErrorMessage { Id = resume.Id, For = "resume", Code = ErrorCode.NotFound });
        };
        await using var chat = NewChat("", hasErrorScreen: true);

        Assert.Equal(ExitCode.Failed, await chat.AskOnce("one", Cancellation));
        Assert.Equal((3, ""), (asked, $"{_out}"));
        Assert.EndsWith(
            "\nThe question does not get through to the Mac over this path.\n", $"{_error}", StringComparison.Ordinal);
        Assert.DoesNotContain("for its rest", $"{_error}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_model_is_loaded_before_the_first_question_and_a_refusal_of_that_is_not_told()
    {
        _mac.OnRequest = (peer, request) => peer.Send(
            new ErrorMessage { Id = request.Id, For = request.Op, Code = ErrorCode.NotAllowed });
        await using var chat = NewChat("one\n", "m");

        Assert.Equal(ExitCode.Ok, await chat.Talk(Cancellation));
        Assert.Equal(("one\n", "> > \n"), ($"{_out}", $"{_error}"));
        Assert.Equal("m", Assert.IsType<LoadRequest>(_mac.Phone.Received[0]).Model);
    }

    private static void Echo(TestMacPhone peer, ChatMessage asked)
    {
        var content = asked.Prompt ?? asked.Turns![^1].Content;
        peer.Send(new DeltaMessage { Id = asked.Id, Seq = 1, Content = content });
        peer.Send(new DoneMessage { Id = asked.Id, Seq = 2, Reason = DoneReason.Stop });
    }

    private ChatSession NewChat(string input, string? model = null, bool hasErrorScreen = false) =>
        NewChat(new StringReader(input), model, hasErrorScreen);

    private ChatSession NewChat(
        TextReader keyboard, string? model = null, bool hasErrorScreen = false, Action<PairedMac>? hear = null)
    {
        var terminal = new Terminal(keyboard, _out, _error)
        {
            HasKeyboard = true,
            HasErrorScreen = hasErrorScreen,
        };
        return new ChatSession(
            terminal,
            new ChatSettings { Model = model },
            async token =>
            {
                var mac = await _phone.Open(_phone.Usable()[0], token);
                hear?.Invoke(mac);
                return mac;
            });
    }
}
