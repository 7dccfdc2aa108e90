using QuicPair.Client.Signaling;
using QuicPair.Protocol;

namespace QuicPair.Client.Tests;

/// <summary>A phone whose clock is far off from that of its Mac and front door.</summary>
public sealed class SignalingClockTests : IDisposable
{
    private const long Off = 100_000;

    private readonly TemporaryFolder _folder = new();
    private readonly TestMac _mac = new() { ClockOffset = Off };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static long Now => DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    /// <summary>With such a pairing nobody is asked for ICE servers: offers are all that is posted.</summary>
    private PairingLink LinkOfOffersOnly => _mac.Link with { Flags = LinkFlags.LocalNetworkOnly };

    public void Dispose()
    {
        _mac.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_one_refused_offer_taught_serves_restarts_and_later_connections()
    {
        await using var phone = NewPhone();
        await using (var mac = await phone.Pair(LinkOfOffersOnly, Cancellation))
        {
            Assert.Equal(1, _mac.RefusedForTime);
            var news = new TaskCompletionSource<PathNews>(TaskCreationOptions.RunContinuationsAsynchronously);
            mac.OnPath = each =>
            {
                if (each is PathNews.Restarted or PathNews.Lost) news.TrySetResult(each);
            };
            mac.RestartPath();
            Assert.Equal(PathNews.Restarted, await news.Task.WaitAsync(Cancellation));
        }

        await (await phone.Open(phone.Pairings.Load()[0], Cancellation)).DisposeAsync();
        Assert.Equal(1, _mac.RefusedForTime);
    }

    [Fact]
    public async Task A_question_for_servers_that_is_refused_for_its_time_is_asked_once_more()
    {
        _mac.IceServers = [new() { Urls = ["stun:127.0.0.1:9"] }];
        await using var phone = NewPhone();
        await using var mac = await phone.Pair(_mac.Link, Cancellation);
        await _mac.ToldIceServers.Task.WaitAsync(Cancellation);

        Assert.Equal(2, _mac.IceRequests.Count);
        var (first, second) = (_mac.IceRequests[0], _mac.IceRequests[1]);
        Assert.InRange(second.Ts - first.Ts, Off - 100, Off + 100);
        Assert.NotEqual(first.Nonce, second.Nonce);
        Assert.NotEqual(first.Auth, second.Auth);
    }

    [Fact]
    public async Task A_clock_that_is_set_right_costs_one_refused_offer_and_no_more()
    {
        await using var phone = NewPhone();
        await (await phone.Pair(LinkOfOffersOnly, Cancellation)).DisposeAsync();
        _mac.ClockOffset = 0;
        var record = phone.Pairings.Load()[0];
        for (var round = 0; round < 2; round++)
        {
            await (await phone.Open(record, Cancellation)).DisposeAsync();
            Assert.Equal(2, _mac.RefusedForTime);
        }
    }

    [Fact]
    public async Task Two_that_are_refused_at_the_same_moment_are_both_asked_once_more()
    {
        var clock = new SignalingClock(TimeProvider.System);
        var areBothRefused = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var refused = 0;
        var answers = await Task.WhenAll(clock.Ask<string>(Ask), clock.Ask<string>(Ask)).WaitAsync(Cancellation);
        Assert.All(answers, answer => Assert.Equal("yes", answer));
        Assert.Equal(2, refused);

        async Task<SignalingReply<string>> Ask(long ts)
        {
            if (ts > Now + (Off / 2)) return new SignalingReply<string>("yes", null);
            if (Interlocked.Increment(ref refused) == 2) areBothRefused.SetResult();
            await areBothRefused.Task;
            return new SignalingReply<string>(null, Now + Off);
        }
    }

    [Fact]
    public async Task A_time_that_led_to_no_answer_is_forgotten()
    {
        var clock = new SignalingClock(TimeProvider.System);
        var asked = new List<long>();
        Assert.Null(await clock.Ask<string>(Refuse));
        Assert.Null(await clock.Ask<string>(Refuse));

        // A front door whose own clock is wrong does not lead astray for good.
        Assert.Equal(4, asked.Count);
        Assert.InRange(asked[1] - asked[0], Off - 100, Off + 100);
        Assert.InRange(asked[2] - asked[0], -100, 100);

        Task<SignalingReply<string>> Refuse(long ts)
        {
            asked.Add(ts);
            return Task.FromResult(new SignalingReply<string>(null, Now + Off));
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData(-1L)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    [InlineData(1L << 53)]
    public async Task A_refusal_that_tells_no_time_is_final(long? told)
    {
        var asked = 0;
        var answer = await new SignalingClock(TimeProvider.System).Ask(_ =>
        {
            asked++;
            return Task.FromResult(new SignalingReply<string>(null, told));
        });
        Assert.Null(answer);
        Assert.Equal(1, asked);
    }

    private Phone NewPhone() => _mac.NewPhone(_folder);
}
