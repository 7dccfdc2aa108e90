using QuicPair.Cli;
using QuicPair.Cli.Chatting;
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
        _macs.LoseAsked(hasText: false, int.MaxValue);
        await using var chat = NewChat();

        Assert.Equal(ExitCode.Ok, await chat.AskOnce("Hello", Cancellation));
        Assert.Equal("Hello\n", $"{_out}");
        Assert.Equal(TimeSpan.FromSeconds(5), _clock.Leapt);
        Assert.Single(_macs.Other.Phone.Received.OfType<ChatMessage>());
        Assert.Empty(_macs.Other.Phone.Received.OfType<ResumeMessage>());
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

    private ChatSession NewChat()
    {
        var terminal = new Terminal(new StringReader(""), _out, _error) { HasErrorScreen = true };
        return new ChatSession(terminal, new ChatSettings { Model = "m" }, _macs.Phone.AnyMac("m"), _clock);
    }
}
