using QuicPair.Protocol;
using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Messages;

namespace QuicPair.Client.Tests.Library;

/// <summary>A session that the Mac ends because another program of the same device has connected.</summary>
public sealed class ReplacedTests : IDisposable
{
    private const int Words = 20;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(4);

    private readonly TemporaryFolder _folder = new();
    private readonly TestMac _mac = new();
    private readonly List<string?> _asked = [];
    private readonly List<long> _resumedAfter = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static string Whole { get; } = string.Concat(Enumerable.Range(1, Words).Select(word => Word(word)));

    public void Dispose()
    {
        _mac.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task An_answer_leaves_the_Mac_to_the_other_for_four_seconds_and_goes_on_behind_its_last_word()
    {
        var (clock, waited) = (new LeapingTime(), TimeSpan.Zero);
        await using var phone = NewPhone();
        await using var mac = phone.Connect(_mac.Link, new MacConnectionOptions { TimeProvider = clock });
        AnswerInPartsOf(3, Words, onResume: () => waited = clock.Leapt);

        Assert.Equal(Whole, await Ask(mac, Cancellation));
        Assert.Equal(Pause, waited);
        Assert.Equal([3], _resumedAfter);
        Assert.Single(_asked);
        Assert.Equal(2, _mac.Modes.Count);
    }

    [Fact]
    public async Task However_often_that_happens_it_is_no_failure()
    {
        var clock = new LeapingTime();
        var options = new MacConnectionOptions { TimeProvider = clock, RecoverFor = TimeSpan.FromSeconds(1) };
        await using var phone = NewPhone();
        await using var mac = phone.Connect(_mac.Link, options);
        AnswerInPartsOf(1, 1);

        Assert.Equal(Whole, await Ask(mac, Cancellation));
        Assert.Equal(Enumerable.Range(1, Words - 1), _resumedAfter.Select(after => (int)after));
        Assert.Equal(Pause * (Words - 1), clock.Leapt);
        Assert.Single(_asked);
    }

    [Fact]
    public async Task A_new_request_does_not_wait_and_the_answer_goes_on_over_its_connection()
    {
        var clock = new WatchedClock();
        await using var phone = NewPhone();
        await using var mac = phone.Connect(_mac.Link, new MacConnectionOptions { TimeProvider = clock });
        AnswerInPartsOf(3, Words);
        var answer = Ask(mac, Cancellation);
        Assert.Equal(Pause, await clock.Timers.Reader.ReadAsync(Cancellation));

        Assert.Single(await mac.Use((live, token) => live.Models(token), Cancellation));
        Assert.Empty(_resumedAfter);
        clock.Advance(Pause);

        Assert.Equal(Whole, await answer);
        Assert.Equal(2, _mac.Modes.Count);
    }

    [Fact]
    public async Task Who_cancels_does_not_wait_and_the_Mac_is_told_in_a_session_of_its_own()
    {
        var cancelled = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _mac.OnCancel = (_, cancel) => cancelled.TrySetResult(cancel.Id);
        var clock = new WatchedClock();
        await using var phone = NewPhone();
        await using var mac = phone.Connect(_mac.Link, new MacConnectionOptions { TimeProvider = clock });
        AnswerInPartsOf(3, Words);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var answer = Ask(mac, stop.Token);
        Assert.Equal(Pause, await clock.Timers.Reader.ReadAsync(Cancellation));

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        Assert.Equal(Assert.Single(_asked), await cancelled.Task.WaitAsync(Cancellation));
    }

    [Fact]
    public async Task With_nothing_under_way_only_the_next_request_connects_and_at_once()
    {
        var clock = new LeapingTime();
        await using var phone = NewPhone();
        await using var mac = phone.Connect(_mac.Link, new MacConnectionOptions { TimeProvider = clock });
        await mac.Use((live, token) => live.Models(token), Cancellation);
        _mac.Phone.Close(CloseCode.Normal);
        Assert.Equal(ConnectFailure.Elsewhere, (await mac.Current!.Ended.WaitAsync(Cancellation)).Reason);
        Assert.Single(_mac.Modes);

        await mac.Use((live, token) => live.Models(token), Cancellation);
        Assert.Equal((2, TimeSpan.Zero), (_mac.Modes.Count, clock.Leapt));
    }

    [Fact]
    public async Task A_request_that_was_under_way_is_made_again_behind_the_pause()
    {
        var (clock, asked) = (new LeapingTime(), 0);
        await using var phone = NewPhone();
        await using var mac = phone.Connect(_mac.Link, new MacConnectionOptions { TimeProvider = clock });
        _mac.OnModels = peer =>
        {
            if (++asked == 1) peer.Close(CloseCode.Normal);
            else peer.Send(new ModelsReply { Models = _mac.Models });
        };

        Assert.Single(await mac.Use((live, token) => live.Models(token), Cancellation));
        Assert.Equal((2, Pause), (asked, clock.Leapt));
    }

    [Fact]
    public async Task A_request_that_the_other_cuts_off_time_and_again_is_given_up_with_the_cause()
    {
        var (clock, asked) = (new LeapingTime(), 0);
        await using var phone = NewPhone();
        await using var mac = phone.Connect(_mac.Link, new MacConnectionOptions { TimeProvider = clock });
        _mac.OnModels = peer =>
        {
            asked++;
            peer.Close(CloseCode.Normal);
        };

        var failure = await Assert.ThrowsAsync<ConnectException>(
            () => mac.Use((live, token) => live.Models(token), Cancellation));
        Assert.Equal(ConnectFailure.Elsewhere, failure.Reason);
        Assert.Equal((3, Pause * 2), (asked, clock.Leapt));
    }

    private static async Task<string> Ask(MacConnection mac, CancellationToken cancellation)
    {
        var answer = await mac.Ask(new ChatMessage { Prompt = "count" }, cancellation).ToListAsync(cancellation);
        Assert.IsType<DoneMessage>(answer[^1]);
        return string.Concat(answer.OfType<DeltaMessage>().Select(delta => delta.Content));
    }

    /// <summary>Has another program come behind so many words, and again behind so many more.</summary>
    private void AnswerInPartsOf(int first, int next, Action? onResume = null)
    {
        _mac.OnChat = (peer, chat) =>
        {
            _asked.Add(chat.Id);
            Say(peer, chat.Id!, 0, first);
        };
        _mac.OnResume = (peer, resume) =>
        {
            onResume?.Invoke();
            _resumedAfter.Add(resume.After);
            Say(peer, resume.Id!, resume.After, next);
        };
    }

    private static void Say(TestMacPhone peer, string id, long after, int words)
    {
        var last = Math.Min(after + words, Words);
        for (var seq = after + 1; seq <= last; seq++)
        {
            peer.Send(new DeltaMessage { Id = id, Seq = seq, Content = Word(seq) });
        }

        if (last < Words) peer.Close(CloseCode.Normal);
        else peer.Send(new DoneMessage { Id = id, Seq = Words + 1, Reason = DoneReason.Stop });
    }

    private static string Word(long number) => $"{number} ";

    private Phone NewPhone() => _mac.NewPhone(_folder);
}
