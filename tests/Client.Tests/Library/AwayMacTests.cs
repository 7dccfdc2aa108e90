using System.Threading.Channels;
using QuicPair.EndToEnd.Breaking;
using QuicPair.Protocol.Messages;

namespace QuicPair.Client.Tests.Library;

/// <summary>A Mac that dies: its path is silent, and the front door says that it is away.</summary>
public sealed class AwayMacTests : IAsyncLifetime
{
    private readonly UdpRelay _way = new();
    private readonly LeapingTime _clock = new();
    private readonly Channel<PathNews> _news = Channel.CreateUnbounded<PathNews>();
    private TwoMacs _macs = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _macs = await TwoMacs.Start(Cancellation);
        _macs.Asked.Way = _way;
    }

    public async ValueTask DisposeAsync()
    {
        await _macs.DisposeAsync();
        _way.Dispose();
    }

    [Fact]
    public async Task Its_phone_is_told_once_and_the_session_goes_on_when_it_is_back()
    {
        var record = _macs.Phone.Pairings.Load().Single(known => known.MacId == _macs.AskedId);
        await using var mac = await _macs.Phone.Open(record, Cancellation);
        mac.OnPath = news => _news.Writer.TryWrite(news);
        Die();
        Assert.Contains(PathNews.Silent, await NewsUntil(PathNews.Away));
        Assert.True(mac.IsAway);

        Revive();
        Assert.DoesNotContain(PathNews.Away, await NewsUntil(PathNews.Back, PathNews.Restarted));
        Assert.False(mac.IsAway);
        Assert.IsType<DoneMessage>(await mac.Chat(Question()).LastAsync(Cancellation));
        Assert.False(mac.Ended.IsCompleted);
    }

    [Fact]
    public async Task A_front_door_that_has_lost_it_ends_nothing_while_its_path_answers()
    {
        var (offers, again) = (0, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await using var mac = await _macs.Phone.AnyMac("m")(Cancellation);
        Assert.Equal(_macs.AskedId, mac.Pairing.MacId);
        mac.OnPath = news => _news.Writer.TryWrite(news);
        _macs.Door.OnAway = () =>
        {
            if (Interlocked.Increment(ref offers) == 2) again.TrySetResult();
        };
        _macs.Door.Away.Add(_macs.Asked);
        mac.RestartPath();
        await again.Task.WaitAsync(Cancellation);

        Assert.False(mac.IsAway);
        Assert.IsType<DoneMessage>(await mac.Chat(Question()).LastAsync(Cancellation));
        Assert.False(mac.Ended.IsCompleted);
        while (_news.Reader.TryRead(out var each)) Assert.NotEqual(PathNews.Away, each);
    }

    [Fact]
    public async Task A_question_of_which_nothing_has_come_is_asked_at_another_at_once()
    {
        var waited = TimeSpan.MaxValue;
        _macs.Asked.OnChat = (_, _) => Die();
        _macs.Other.OnChat = (peer, chat) =>
        {
            waited = _clock.Leapt;
            peer.Send(new DoneMessage { Id = chat.Id, Seq = 1, Reason = Protocol.Chat.DoneReason.Stop });
        };
        await using var connection = NewConnection(_ => { });

        Assert.IsType<DoneMessage>(await connection.Ask(Question(), Cancellation).LastAsync(Cancellation));
        Assert.Equal(TimeSpan.Zero, waited);
        Assert.NotEqual(_macs.AskedId, connection.Current!.Pairing.MacId);
        Assert.Contains(PathNews.Away, await NewsUntil(PathNews.Lost));
    }

    [Fact]
    public async Task An_answer_that_has_begun_goes_on_there_when_it_is_back()
    {
        _macs.Asked.OnChat = (peer, chat) =>
            peer.Send(new DeltaMessage { Id = chat.Id, Seq = 1, Content = "begun" });
        await using var connection = NewConnection(news =>
        {
            if (news == PathNews.Away) Revive();
        });
        var text = "";
        await foreach (var message in connection.Ask(Question(), Cancellation))
        {
            if (message is DeltaMessage delta) text += delta.Content;
            if (text == "begun") Die();
        }

        Assert.Equal("begun resumed", text);
        Assert.Contains(PathNews.Away, await NewsUntil(PathNews.Lost));

        // Of the pairing; there was no other.
        Assert.Single(_macs.Other.Modes);
    }

    private static ChatMessage Question() => new() { Prompt = "Hello" };

    private void Die()
    {
        _macs.Door.Away.Add(_macs.Asked);
        _way.Cut();
    }

    private void Revive()
    {
        _macs.Door.Away.Clear();
        _way.Mend();
    }

    /// <summary>All news up to one of these, with it.</summary>
    private async Task<List<PathNews>> NewsUntil(params PathNews[] wanted)
    {
        var heard = new List<PathNews>();
        do
        {
            heard.Add(await _news.Reader.ReadAsync(Cancellation));
        }
        while (!wanted.Contains(heard[^1]));

        return heard;
    }

    private MacConnection NewConnection(Action<PathNews> hear) =>
        new(_macs.Phone.AnyMac("m"), new MacConnectionOptions
        {
            TimeProvider = _clock,
            OnPath = (_, news) =>
            {
                hear(news);
                _news.Writer.TryWrite(news);
            },
        });
}
