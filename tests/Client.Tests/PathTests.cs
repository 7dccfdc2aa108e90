using System.Net;
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
        await using var again = await phone.Open(phone.Pairings.Load()[0], Cancellation);
        await Chat(again);
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

    private Phone NewPhone() => new(new PhoneOptions
    {
        StorePath = Path.Combine(_folder.Path, "pairings.json"),
        HttpHandler = _mac,
        Rtc = new RtcHostOptions { Address = IPAddress.Loopback },
    });
}
