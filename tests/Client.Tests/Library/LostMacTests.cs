using System.Net;
using QuicPair.Protocol.Messages;

namespace QuicPair.Client.Tests.Library;

/// <summary>An answer whose Mac is lost while there is another one of the household.</summary>
public sealed class LostMacTests : IAsyncLifetime
{
    // One more than a phone needs that asks for the Mac alone and then for any.
    private const int Offers = 3;

    private readonly LeapingTime _clock = new();
    private TwoMacs _macs = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _macs = await TwoMacs.Start(Cancellation);

    public ValueTask DisposeAsync() => _macs.DisposeAsync();

    [Theory]
    [InlineData(true, "begun resumed")]
    [InlineData(false, " resumed")]
    public async Task A_Mac_that_is_back_in_a_moment_gives_the_answer_and_is_asked_once(bool hasText, string expected)
    {
        _macs.LoseAsked(hasText, Offers);
        await using var connection = NewConnection();
        var answer = await Ask(connection);

        Assert.Equal(expected, Text(answer));
        Assert.IsType<DoneMessage>(answer[^1]);
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
        await using var connection = NewConnection();
        var answer = await Ask(connection);

        Assert.Equal("Hello", Text(answer));
        Assert.Equal(TimeSpan.FromSeconds(5), waited);
        Assert.Single(_macs.Other.Phone.Received.OfType<ChatMessage>());
        Assert.Empty(_macs.Other.Phone.Received.OfType<ResumeMessage>());
    }

    [Fact]
    public async Task A_chat_that_another_Mac_answers_is_stopped_at_the_first_once_that_is_back()
    {
        var cancelled = Cancelled();
        _macs.LoseAsked(hasText: false, int.MaxValue);
        _macs.WhenOtherIsAsked(_macs.Door.Away.Clear);
        await using var connection = NewConnection();
        var answer = await connection.Ask(Question() with { Id = "mine" }, Cancellation).ToListAsync(Cancellation);

        Assert.Equal("Hello", Text(answer));
        Assert.All(answer, message => Assert.Equal("mine", message.Id));
        Assert.Equal("mine", await cancelled.WaitAsync(Cancellation));
        Assert.NotEqual("mine", Assert.Single(_macs.Other.Phone.Received.OfType<ChatMessage>()).Id);
        Assert.Empty(_macs.Other.Phone.Received.OfType<CancelMessage>());
        Assert.NotEqual(_macs.AskedId, connection.Current!.Pairing.MacId);
    }

    [Fact]
    public async Task A_chat_that_is_left_while_its_Mac_is_away_is_stopped_there_once_that_is_back()
    {
        var cancelled = Cancelled();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        _macs.LoseAsked(hasText: true, int.MaxValue);
        _macs.Door.OnAway = () =>
        {
            if (stop.IsCancellationRequested) _macs.Door.Away.Clear();
            else stop.Cancel();
        };
        await using var connection = NewConnection();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await connection.Ask(Question(), stop.Token).ToListAsync(Cancellation));

        Assert.Equal(Assert.Single(_macs.Questions).Id, await cancelled.WaitAsync(Cancellation));
    }

    [Fact]
    public async Task A_stop_that_may_have_been_lost_with_its_session_is_said_again()
    {
        var (said, again) = (0, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        _macs.Asked.OnCancel = (peer, _) =>
        {
            if (++said == 1) peer.Vanish();
            else again.TrySetResult();
        };
        _macs.LoseAsked(hasText: false, int.MaxValue);
        _macs.WhenOtherIsAsked(_macs.Door.Away.Clear);
        await using var connection = NewConnection();

        Assert.Equal("Hello", Text(await Ask(connection)));
        await again.Task.WaitAsync(Cancellation);
    }

    [Theory]
    [InlineData(HttpStatusCode.NotFound, "mac_unknown")]
    [InlineData(HttpStatusCode.Forbidden, "refused")]
    public async Task A_question_does_not_wait_for_a_Mac_that_will_not_have_this_phone(
        HttpStatusCode status, string code)
    {
        _macs.Asked.OnChat = (peer, _) =>
        {
            _macs.Asked.Failure = (status, $$"""{"code":"{{code}}"}""");
            peer.Vanish();
        };
        await using var connection = NewConnection();

        Assert.Equal("Hello", Text(await Ask(connection)));
        Assert.Equal(TimeSpan.Zero, _clock.Leapt);
    }

    [Fact]
    public async Task An_answer_that_has_begun_ends_with_its_Mac_away_and_the_next_question_goes_to_another()
    {
        _macs.LoseAsked(hasText: true, int.MaxValue);
        await using var connection = NewConnection();
        var text = "";
        var failure = await Assert.ThrowsAsync<ConnectException>(async () =>
        {
            await foreach (var message in connection.Ask(Question(), Cancellation))
            {
                text += Text([message]);
            }
        });

        Assert.Equal(("begun", ConnectFailure.MacAway), (text, failure.Reason));
        Assert.InRange(_clock.Leapt, TimeSpan.FromMinutes(4), TimeSpan.FromMinutes(5));
        Assert.Single(_macs.Other.Modes);

        Assert.Equal("Hello", Text(await Ask(connection)));
        Assert.Empty(_macs.Other.Phone.Received.OfType<ResumeMessage>());
    }

    [Fact]
    public async Task An_answer_goes_on_at_its_Mac_while_another_question_has_taken_the_connection_to_another()
    {
        _macs.LoseAsked(hasText: true, int.MaxValue);
        await using var connection = NewConnection();
        var text = "";
        await foreach (var message in connection.Ask(Question(), Cancellation))
        {
            text += Text([message]);
            if (text != "begun") continue;
            await connection.Current!.Ended;
            Assert.NotEqual(_macs.AskedId, (await connection.Open(Cancellation)).Pairing.MacId);
            _macs.Door.Away.Clear();
        }

        Assert.Equal("begun resumed", text);
        Assert.NotEqual(_macs.AskedId, connection.Current!.Pairing.MacId);
        Assert.Equal("Hello", Text(await Ask(connection)));
        Assert.Single(_macs.Questions);
        Assert.Empty(_macs.Other.Phone.Received.OfType<ResumeMessage>());
    }

    /// <summary>Ends with the id of the first chat that the Mac which is lost is told to stop.</summary>
    private Task<string?> Cancelled()
    {
        var cancelled = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _macs.Asked.OnCancel = (_, cancel) => cancelled.TrySetResult(cancel.Id);
        return cancelled.Task;
    }

    private static ChatMessage Question() => new() { Prompt = "Hello" };

    private static string Text(IEnumerable<Message> answer) =>
        string.Concat(answer.OfType<DeltaMessage>().Select(delta => delta.Content));

    private static ValueTask<List<Message>> Ask(MacConnection connection) =>
        connection.Ask(Question(), Cancellation).ToListAsync(Cancellation);

    private MacConnection NewConnection() =>
        new(_macs.Phone.AnyMac("m"), new MacConnectionOptions { TimeProvider = _clock });
}
