using QuicPair.Cli;
using QuicPair.Cli.Chatting;
using QuicPair.EndToEnd.Breaking;
using QuicPair.Protocol.Messages;

namespace QuicPair.Client.Tests.Command;

/// <summary>A question at a terminal whose Mac is lost while there is another one of the household.</summary>
public sealed class LostMacTests : IAsyncLifetime
{
    private readonly LeapingTime _clock = new();
    private readonly StringWriter _out = new();
    private readonly StringWriter _error = new();
    private TwoMacs _macs = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _macs = await TwoMacs.Start(Cancellation);

    public async ValueTask DisposeAsync()
    {
        await _macs.DisposeAsync();
        await _out.DisposeAsync();
        await _error.DisposeAsync();
    }

    [Theory]
    [InlineData(true, "begun resumed\n")]
    [InlineData(false, " resumed\n")]
    public async Task A_Mac_that_is_back_in_a_moment_gives_the_answer_and_is_asked_once(bool hasText, string expected)
    {
        _macs.LoseAsked(hasText, offers: 3);
        await using var chat = NewChat();

        Assert.Equal(ExitCode.Ok, await chat.AskOnce("Hello", Cancellation));
        Assert.Equal(expected, $"{_out}");
        Assert.Single(_macs.Questions);
        Assert.Equal(1, _macs.Resumptions);

        // Of the pairing; there was no other.
        Assert.Single(_macs.Other.Modes);
    }

    [Fact]
    public async Task A_question_without_an_answer_waits_five_seconds_for_its_Mac_and_is_then_asked_at_another()
    {
        var waited = TimeSpan.Zero;
        _macs.LoseAsked(hasText: false, int.MaxValue);
        _macs.WhenOtherIsAsked(() => waited = _clock.Leapt);
        await using var chat = NewChat();

        Assert.Equal(ExitCode.Ok, await chat.AskOnce("Hello", Cancellation));
        Assert.Equal("Hello\n", $"{_out}");
        Assert.Equal(TimeSpan.FromSeconds(5), waited);
        Assert.Single(_macs.Other.Phone.Received.OfType<ChatMessage>());
        Assert.Empty(_macs.Other.Phone.Received.OfType<ResumeMessage>());
    }

    [Fact]
    public async Task A_question_whose_Mac_is_silent_and_away_is_asked_at_another_at_once()
    {
        using var way = new UdpRelay();
        var waited = TimeSpan.MaxValue;
        _macs.WhenOtherIsAsked(() => waited = _clock.Leapt);
        _macs.Asked.Way = way;
        _macs.Asked.OnChat = (_, _) =>
        {
            _macs.Door.Away.Add(_macs.Asked);
            way.Cut();
        };
        await using var chat = NewChat();

        Assert.Equal(ExitCode.Ok, await chat.AskOnce("Hello", Cancellation));
        Assert.Equal("Hello\n", $"{_out}");
        Assert.Equal(TimeSpan.Zero, waited);
        Assert.Contains("The Mac is away: asleep, off or without network.\n", $"{_error}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_question_that_another_Mac_answers_is_stopped_at_the_first_once_that_is_back()
    {
        var cancelled = Cancelled();
        _macs.LoseAsked(hasText: false, int.MaxValue);
        _macs.WhenOtherIsAsked(_macs.Door.Away.Clear);
        await using var chat = NewChat();

        Assert.Equal(ExitCode.Ok, await chat.AskOnce("Hello", Cancellation));
        Assert.Equal("Hello\n", $"{_out}");
        Assert.Equal(Assert.Single(_macs.Questions).Id, await cancelled.WaitAsync(Cancellation));
    }

    [Fact]
    public async Task What_Ctrl_C_gave_up_is_stopped_at_the_Mac_that_runs_it_and_not_at_the_next_one()
    {
        var cancelled = Cancelled();
        var interruptions = 0;
        _macs.LoseAsked(hasText: true, int.MaxValue);
        _macs.WhenOtherIsAsked(_macs.Door.Away.Clear);

        // Its pauses are real: a clock that leaps would have given the Mac up before the second question.
        await using var chat = NewChat("one\ntwo\n", TimeProvider.System);
        _macs.Door.OnAway = () =>
        {
            if (Interlocked.Increment(ref interruptions) == 1) chat.TryCancel();
        };

        Assert.Equal(ExitCode.Ok, await chat.Talk(Cancellation));
        Assert.Equal("begun\ntwo\n", $"{_out}");
        Assert.Empty(_macs.Other.Phone.Received.OfType<CancelMessage>());
        Assert.Equal(Assert.Single(_macs.Questions).Id, await cancelled.WaitAsync(Cancellation));
    }

    [Fact]
    public async Task An_answer_that_has_begun_ends_with_its_Mac_away_and_how_to_get_its_rest_there()
    {
        _macs.LoseAsked(hasText: true, int.MaxValue);
        await using var chat = NewChat();
        var failure = await Assert.ThrowsAsync<ConnectException>(() => chat.AskOnce("Hello", Cancellation));

        Assert.Equal(ConnectFailure.MacAway, failure.Reason);
        var id = Assert.Single(_macs.Questions).Id;
        Assert.Contains(
            $"quicpair chat --resume {id} --after 1 --mac {_macs.AskedId}\n", $"{_error}", StringComparison.Ordinal);
        Assert.InRange(_clock.Leapt, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(30));
        Assert.Single(_macs.Other.Modes);
    }

    /// <summary>Ends with the id of the first chat that the Mac which is lost is told to stop.</summary>
    private Task<string?> Cancelled()
    {
        var cancelled = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _macs.Asked.OnCancel = (_, cancel) => cancelled.TrySetResult(cancel.Id);
        return cancelled.Task;
    }

    private ChatSession NewChat(string input = "", TimeProvider? clock = null)
    {
        var terminal = new Terminal(new StringReader(input), _out, _error) { HasErrorScreen = true };
        return new ChatSession(terminal, new ChatSettings { Model = "m" }, _macs.Phone.AnyMac("m"), clock ?? _clock);
    }
}
