using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;
using QuicPair.EndToEnd.Breaking;
using QuicPair.Protocol.Messages;
using QuicPair.Rtc.Sockets;

namespace QuicPair.Client.Tests;

public sealed class PathTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestMac _mac = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _mac.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_Mac_asks_for_a_restart_and_the_session_goes_on()
    {
        await using var phone = NewPhone();
        await using var mac = await phone.Pair(_mac.Link, Cancellation);
        var (news, connection) = (Listen(mac), _mac.Phone);
        connection.Send(new RestartMessage());

        Assert.Equal(PathNews.Restarted, await news.WaitAsync(Cancellation));
        Assert.Equal(2, _mac.Offers.Count);
        Assert.Equal(Line("a=fingerprint", 0), Line("a=fingerprint", 1));
        Assert.NotEqual(Line("a=ice-ufrag", 0), Line("a=ice-ufrag", 1));
        Assert.Same(connection, _mac.Phone);
        await Chat(mac);
        Assert.False(mac.Ended.IsCompleted);
    }

    [Fact]
    public async Task A_session_on_which_nothing_has_come_for_a_while_asks_for_a_word()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var phone = NewPhone(clock);
        await using var mac = await phone.Pair(_mac.Link, Cancellation);
        var before = _mac.Phone.Lengths.Count;
        clock.Advance(TimeSpan.FromSeconds(1.4));
        await Chat(mac);
        Assert.Equal(before + 1, _mac.Phone.Lengths.Count);

        clock.Advance(TimeSpan.FromSeconds(1.6));
        await Chat(mac);
        Assert.Equal(before + 3, _mac.Phone.Lengths.Count);
    }

    [Fact]
    public async Task A_word_that_has_arrived_and_has_no_reply_is_asked_for_again()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var phone = NewPhone(clock);
        await using var mac = await phone.Pair(_mac.Link, Cancellation);
        var unread = Channel.CreateUnbounded<int>();
        _mac.Phone.OnUnread = length => unread.Writer.TryWrite(length);

        // Asked after 1.5 s, not after 3 s, again after 4.5 s.
        for (var round = 0; round < 3; round++) clock.Advance(TimeSpan.FromSeconds(1.5));
        _ = mac.Chat(new ChatMessage { Prompt = new string('x', 5000) });
        var asked = 0;
        while (await unread.Reader.ReadAsync(Cancellation) < 5000) asked++;
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task A_second_request_has_the_time_that_a_front_door_needs_to_miss_a_Mac()
    {
        var clock = new WatchedClock();
        using var door = new SilentDoor(_mac);
        await using var phone = NewPhone(clock, door);
        await using var mac = await phone.Pair(_mac.Link, Cancellation);
        door.IsSilent = true;
        while (clock.Timers.Reader.TryRead(out _))
        {
            // Of connecting.
        }

        mac.RestartPath();
        foreach (var seconds in (double[])[1, 0.025, 5])
        {
            var timer = await clock.Timers.Reader.ReadAsync(Cancellation);
            Assert.Equal(TimeSpan.FromSeconds(seconds), timer);
            if (seconds == 1) await door.Asked.ReadAsync(Cancellation);
            clock.Advance(timer);
        }
    }

    [Fact]
    public async Task Whoever_hears_the_news_may_throw()
    {
        var faults = new ConcurrentQueue<Exception>();
        await using var phone = NewPhone(hearFault: faults.Enqueue);
        await using var mac = await phone.Pair(_mac.Link, Cancellation);
        for (var round = 0; round < 2; round++)
        {
            var restarted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            mac.OnPath = each =>
            {
                if (each == PathNews.Restarted) restarted.TrySetResult();
                throw new InvalidOperationException("the program's own");
            };
            mac.RestartPath();
            await restarted.Task.WaitAsync(Cancellation);
        }

        Assert.IsType<InvalidOperationException>(faults.First());
        await Chat(mac);
    }

    [Fact]
    public async Task Ten_restarts_in_a_row_lose_nothing()
    {
        await using var phone = NewPhone();
        await using var mac = await phone.Pair(_mac.Link, Cancellation);
        for (var round = 0; round < 10; round++)
        {
            var news = Listen(mac);
            mac.RestartPath();
            await Chat(mac);
            Assert.Equal(PathNews.Restarted, await news.WaitAsync(Cancellation));
            await Chat(mac);
        }

        Assert.InRange(_mac.Offers.Count, 11, 21);
        Assert.False(mac.Ended.IsCompleted);
    }

    [Fact]
    public async Task A_front_door_that_is_away_is_asked_again()
    {
        await using var phone = NewPhone();
        await using var mac = await phone.Pair(_mac.Link, Cancellation);
        var news = Listen(mac);
        _mac.Failure = (HttpStatusCode.ServiceUnavailable, """{"code":"mac_offline"}""");
        mac.RestartPath();
        await _mac.Refused.WaitAsync(Cancellation);
        _mac.Failure = null;

        Assert.Equal(PathNews.Restarted, await news.WaitAsync(Cancellation));
        await Chat(mac);
    }

    [Fact]
    public async Task A_Mac_that_has_forgotten_the_connection_ends_the_session()
    {
        await using var phone = NewPhone();
        await using var mac = await phone.Pair(_mac.Link, Cancellation);
        var news = Listen(mac);
        _mac.ForgetsPeers = true;
        mac.RestartPath();

        Assert.Equal(PathNews.Lost, await news.WaitAsync(Cancellation));
        Assert.Equal(ConnectFailure.Interrupted, (await mac.Ended.WaitAsync(Cancellation)).Reason);

        // A second offer with late candidates would lose its peer, too; and what was made for the restart has the same
        // two ports as the next connection, which could take its ClientHello for the one that it waits for.
        _mac.ForgetsPeers = false;
        await _mac.EndPeers();
        await using var again = await phone.Open(phone.Pairings.Load()[0], Cancellation);
        await Chat(again);
    }

    [Fact]
    public async Task A_session_that_is_lost_is_lost_once_and_offers_nothing_more()
    {
        using var way = new UdpRelay();
        _mac.Way = way;
        await using var phone = NewPhone();
        await using var mac = await phone.Pair(_mac.Link, Cancellation);
        var lost = new ConcurrentQueue<PathNews>();
        mac.OnPath = each =>
        {
            if (each == PathNews.Lost) lost.Enqueue(each);
        };
        _mac.ForgetsPeers = true;
        _mac.OnOffer = _ =>
        {
            // One more behind this one, which is the last; and on a way that is cut no end is quick.
            _mac.OnOffer = null;
            mac.RestartPath();
            way.Cut();
        };
        mac.RestartPath();
        await mac.Ended.WaitAsync(Cancellation);
        mac.RestartPath();

        _mac.Way = null;
        await using var again = await phone.Open(phone.Pairings.Load()[0], Cancellation);
        way.Mend();
        Assert.Equal(3, _mac.Offers.Count);
        Assert.Single(lost);
    }

    [Fact]
    public async Task A_candidate_found_behind_the_offer_of_a_restart_follows_it_and_then_there_is_a_path()
    {
        var mayAnswer = new TaskCompletionSource();
        using var stun = new LateStun(mayAnswer.Task);
        _mac.IceServers = [new() { Urls = [stun.Uri] }];
        await using var phone = NewPhone();
        await using var mac = await phone.Pair(_mac.Link, Cancellation);
        var news = Listen(mac);
        var (second, toldEarly) = (new TaskCompletionSource(), false);
        _mac.LosesRestartCandidates = true;
        _mac.OnOffer = offer =>
        {
            // The Mac has answered the restart, but there is no path before it knows this candidate.
            var isLate = offer.Sdp.Contains("203.0.113.7 4000 typ srflx", StringComparison.Ordinal);
            if (isLate) toldEarly = news.IsCompleted;
            else second.TrySetResult();
        };
        mac.RestartPath();
        await second.Task.WaitAsync(Cancellation);
        mayAnswer.SetResult();
        Assert.Equal(PathNews.Restarted, await news.WaitAsync(Cancellation));
        Assert.False(toldEarly);

        Assert.Equal(3, _mac.Offers.Count);
        Assert.NotEqual(Line("a=ice-ufrag", 0), Line("a=ice-ufrag", 1));
        Assert.Equal(Line("a=ice-ufrag", 1), Line("a=ice-ufrag", 2));
        await Chat(mac);
        Assert.False(mac.Ended.IsCompleted);
    }

    /// <summary>What becomes of the restart; a busy machine may be silent for a while, and be back.</summary>
    private static Task<PathNews> Listen(PairedMac mac)
    {
        var news = new TaskCompletionSource<PathNews>(TaskCreationOptions.RunContinuationsAsynchronously);
        mac.OnPath = each =>
        {
            if (each is PathNews.Restarted or PathNews.Lost) news.TrySetResult(each);
        };
        return news.Task;
    }

    private static async Task Chat(PairedMac mac)
    {
        var answer = await mac.Chat(new ChatMessage { Prompt = "still here" }).ToListAsync(Cancellation);
        Assert.Equal("still here", Assert.IsType<DeltaMessage>(answer[0]).Content);
    }

    private string Line(string prefix, int offer) =>
        _mac.Offers[offer].Sdp.Split("\r\n").Single(line => line.StartsWith(prefix, StringComparison.Ordinal));

    private Phone NewPhone(
        TimeProvider? clock = null, HttpMessageHandler? door = null, Action<Exception>? hearFault = null) =>
        new(new PhoneOptions
        {
            TimeProvider = clock ?? TimeProvider.System,
            StorePath = Path.Combine(_folder.Path, "pairings.json"),
            HttpHandler = door ?? _mac,
            Rtc = new RtcHostOptions { Address = IPAddress.Loopback, OnListenerFault = hearFault },
        });

    /// <summary>A front door that may fall silent.</summary>
    private sealed class SilentDoor(HttpMessageHandler mac) : HttpMessageHandler
    {
        private readonly HttpMessageInvoker _mac = new(mac, disposeHandler: false);
        private readonly Channel<bool> _asked = Channel.CreateUnbounded<bool>();

        public bool IsSilent { get; set; }

        /// <summary>One for each request without a reply.</summary>
        public ChannelReader<bool> Asked => _asked.Reader;

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (!IsSilent) return await _mac.SendAsync(request, cancellationToken);
            _asked.Writer.TryWrite(true);
            await Task.Delay(Timeout.Infinite, cancellationToken);
            throw new UnreachableException();
        }

        protected override void Dispose(bool disposing)
        {
            _mac.Dispose();
            base.Dispose(disposing);
        }
    }
}
