using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Time.Testing;
using QuicPair.Client.Session;
using QuicPair.Client.Signaling;
using QuicPair.Client.Store;
using QuicPair.Protocol;
using QuicPair.Rtc.Sockets;

namespace QuicPair.Client.Tests;

/// <summary>How old the credentials of a relay become before a phone has new ones, in virtual time.</summary>
public sealed class CredentialAgeTests : IAsyncDisposable
{
    // Nine tenths of the ten minutes that credentials live at most.
    private const int OldEnough = 540;
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    private readonly RtcHost _rtc = RtcHost.Start(new RtcHostOptions { Address = IPAddress.Loopback });
    private readonly TestMac _mac = new() { IceServers = [] };
    private readonly DrowsyClock _clock = new();
    private readonly SignalingClient _signaling;
    private readonly IceExchange _ice;
    private readonly PairingRecord _record;

    public CredentialAgeTests()
    {
        _signaling = new SignalingClient(_mac, _clock, isLocalOnly: false);
        _ice = new IceExchange(_signaling, _rtc, _clock);
        _record = new PairingRecord
        {
            Origin = _mac.Link.Origin,
            MacPublicKey = _mac.Link.MacPublicKey,
            DeviceId = KeySchedule.DeviceId(_mac.Secret),
            PrivateKey = RandomNumberGenerator.GetBytes(32),
            Secret = _mac.Secret,
        };
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _rtc.DisposeAsync();
        _signaling.Dispose();
        _mac.Dispose();
    }

    [Fact]
    public async Task A_session_that_begins_with_what_is_known_asks_before_it_ends()
    {
        await _ice.Prepare([_record], Cancellation);
        Pass(TimeSpan.FromSeconds(299));
        using var keeper = await Keep();

        Assert.Single(_mac.IceRequests);
        Assert.InRange(299 + await SecondsUntilAsked(), 300, OldEnough);
        for (var round = 0; round < 5; round++) Assert.InRange(await SecondsUntilAsked(), 1, OldEnough);
    }

    [Fact]
    public async Task What_another_connection_has_asked_for_lets_nothing_end_either()
    {
        await _ice.Prepare([_record], Cancellation);
        Pass(TimeSpan.FromSeconds(269));
        using var keeper = await Keep();
        Pass(TimeSpan.FromSeconds(31));
        await _ice.Prepare([_record], Cancellation);

        Assert.Equal(2, _mac.IceRequests.Count);
        Assert.InRange(await SecondsUntilAsked(), 1, OldEnough);
    }

    [Fact]
    public async Task A_front_door_that_is_away_for_a_while_is_asked_again_in_time()
    {
        using var keeper = await Keep();
        _mac.Failure = (HttpStatusCode.ServiceUnavailable, """{"code":"mac_offline"}""");
        for (var passed = 0; passed < 400; passed++) await PassStep();
        Assert.True(_mac.Refused.IsCompleted);
        _mac.Failure = null;

        Assert.InRange(400 + await SecondsUntilAsked(), 401, OldEnough);
    }

    [Fact]
    public async Task A_question_without_an_answer_is_asked_again_by_the_next_connection()
    {
        _mac.Failure = (HttpStatusCode.ServiceUnavailable, """{"code":"mac_offline"}""");
        await _ice.Prepare([_record], Cancellation);
        Assert.Empty(_mac.IceRequests);
        _mac.Failure = null;
        await _ice.Prepare([_record], Cancellation);

        Assert.Single(_mac.IceRequests);
    }

    [Theory]
    [InlineData(60L, 25, 54)]
    [InlineData(0L, 2, 5)]
    [InlineData(long.MaxValue, 250, OldEnough)]
    public async Task What_the_front_door_says_of_their_life_counts_within_reason(long ttl, int from, int to)
    {
        _mac.IceTtl = ttl;
        using var keeper = await Keep();

        Assert.InRange(await SecondsUntilAsked(), from, to);
        Assert.InRange(await SecondsUntilAsked(), from, to);
    }

    [Fact]
    public async Task The_time_that_a_machine_slept_counts()
    {
        await _ice.Prepare([_record], Cancellation);
        Pass(TimeSpan.FromMinutes(10), asleep: true);
        await _ice.Prepare([_record], Cancellation);

        Assert.Equal(2, _mac.IceRequests.Count);
    }

    private async Task<PathKeeper> Keep()
    {
        await _ice.Prepare([_record], Cancellation);
        var peer = _rtc.CreateOffer(new PeerOptions { Channels = [new ChannelOptions("llm")] });
        var exchange = () => new OfferExchange(_signaling, _clock);
        var offered = await exchange().Run(peer, _record, Cancellation);
        return new PathKeeper(offered, _record, _ice, _rtc, exchange, _clock);
    }

    /// <summary>Lets time pass until the front door is asked, at most more than credentials live.</summary>
    private async Task<int> SecondsUntilAsked()
    {
        var (before, passed) = (_mac.IceRequests.Count, 0);
        for (; _mac.IceRequests.Count == before && passed < 700; passed++) await PassStep();
        return passed;
    }

    private async Task PassStep()
    {
        Pass(Step);
        await Task.Yield();
    }

    // The Mac's clock goes as this one does.
    private void Pass(TimeSpan time, bool asleep = false)
    {
        _mac.ClockOffset += (long)time.TotalSeconds;
        if (asleep) _clock.Asleep += time;
        _clock.Advance(time);
    }

    /// <summary>A clock whose counter stands still while the machine sleeps, as it does on Linux and macOS.</summary>
    private sealed class DrowsyClock() : FakeTimeProvider(DateTimeOffset.UtcNow)
    {
        public TimeSpan Asleep { get; set; }

        public override long GetTimestamp() => base.GetTimestamp() - Asleep.Ticks;
    }
}
