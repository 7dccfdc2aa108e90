using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.Time.Testing;
using QuicPair.Rtc.Ice;
using Xunit;

namespace QuicPair.Rtc.Sockets.Tests.Gathering;

/// <summary>
/// Servers that say nothing: what they cost an offer and a connection, counted on a clock that is the test's.
/// </summary>
public sealed class SilentServersTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);

    // The first attempts by TCP and TLS end after 10 s of this clock, those by UDP after more: so a connection is up
    // before, however busy the machine is.
    private const int Slower = 10;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_connection_is_up_before_any_attempt_at_a_silent_server_has_ended()
    {
        var time = new FakeTimeProvider();
        await using var macHost = RtcHost.Start(Options(time));
        await using var phoneHost = RtcHost.Start(Options(time));
        using var silent = new SilentServers();
        macHost.UseIceServers(silent.All);
        phoneHost.UseIceServers(silent.All);
        await silent.Asked.WaitAsync(Cancellation);

        var phone = phoneHost.CreateOffer(new PeerOptions { Channels = [new ChannelOptions("llm")] });
        var mac = macHost.CreateAnswer(phone.LocalDescription, new PeerOptions());
        phone.SetRemoteDescription(mac.LocalDescription);
        var up = Task.WhenAll(
            phone.AcceptChannel(Cancellation).AsTask(), mac.AcceptChannel(Cancellation).AsTask());
        await Pass(time, up);
        await up;
        IceServerState[] states = [.. macHost.IceServers, .. phoneHost.IceServers];

        // With a clock that stands still nothing would end.
        phone.Close();
        await Pass(time, Task.WhenAll(phone.Completion, mac.Completion));
        Assert.Equal(2 * silent.All.Count, states.Length);
        Assert.All(states, state => Assert.Equal(IceServerAnswer.Waiting, state.Answer));
        Assert.All(
            macHost.LocalCandidates.Concat(phoneHost.LocalCandidates),
            candidate => Assert.Equal(IceCandidateType.Host, candidate.Type));
    }

    [Fact]
    public async Task An_offer_waits_for_silent_servers_as_long_as_its_maker_says_and_no_tick_longer()
    {
        var time = new FakeTimeProvider();
        await using var host = RtcHost.Start(Options(time));
        using var silent = new SilentServers();
        host.UseIceServers(silent.All);
        await silent.Asked.WaitAsync(Cancellation);

        var gathering = host.Gather(Patience, Cancellation);
        time.Advance(Patience - Tick);
        Assert.False(gathering.IsCompleted);
        time.Advance(Tick);
        Assert.False(await gathering);
        Assert.All(host.LocalCandidates, candidate => Assert.Equal(IceCandidateType.Host, candidate.Type));
    }

    [Fact]
    public async Task A_silent_relay_is_asked_seven_times_in_sixteen_seconds_and_is_silent_then()
    {
        var time = new FakeTimeProvider();
        await using var host = RtcHost.Start(Options(time));
        using var silent = new SilentServers();
        host.UseIceServers([silent.Relay]);
        await silent.RelayAsked.WaitAsync(Cancellation);

        var began = time.GetUtcNow();
        PassTheFirstRound(host, time);

        Assert.Equal(IceServerAnswer.Silent, host.IceServers[0].Answer);
        Assert.InRange((time.GetUtcNow() - began).TotalSeconds, 15.75, 16);
        while (silent.Requests < 7)
        {
            Cancellation.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        Assert.Equal(7, silent.Requests);
    }

    [Fact]
    public async Task A_relay_that_was_silent_once_is_silent_while_it_is_asked_again()
    {
        var time = new FakeTimeProvider();
        await using var host = RtcHost.Start(Options(time));
        using var silent = new SilentServers();
        host.UseIceServers([silent.Relay]);
        await silent.RelayAsked.WaitAsync(Cancellation);
        PassTheFirstRound(host, time);

        for (var passed = TimeSpan.Zero; passed < TimeSpan.FromSeconds(40); passed += Step)
        {
            time.Advance(Step);
            Assert.Equal(IceServerAnswer.Silent, host.IceServers[0].Answer);
        }

        // It was asked again: seven requests were the first round.
        while (silent.Requests < 8)
        {
            Cancellation.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static RtcHostOptions Options(TimeProvider time) => new()
    {
        Address = IPAddress.Loopback,
        TimeProvider = time,
        Resolver = SilentServers.Resolve,
    };

    private static void PassTheFirstRound(RtcHost host, FakeTimeProvider time)
    {
        // The relay's thread has set its timer when it has left the gate in which it sent.
        lock (host.Gate)
        {
            Assert.Equal(IceServerAnswer.Waiting, host.IceServers[0].Answer);
        }

        while (host.IceServers[0].Answer == IceServerAnswer.Waiting)
        {
            Cancellation.ThrowIfCancellationRequested();
            time.Advance(Step);
        }
    }

    private static async Task Pass(FakeTimeProvider time, Task until)
    {
        var watch = Stopwatch.StartNew();
        for (var passed = TimeSpan.Zero; !until.IsCompleted; await Task.Yield())
        {
            Cancellation.ThrowIfCancellationRequested();
            var next = (watch.Elapsed / Slower) - passed;
            passed += next;
            time.Advance(next);
        }
    }
}
