using System.Net;
using Microsoft.Extensions.Time.Testing;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sockets.Loop;
using Xunit;

namespace QuicPair.Rtc.Sockets.Tests;

/// <summary>What is kept of the peers' deadlines.</summary>
public sealed class DeadlinesTests
{
    private const int KeptMax = 68;

    private static readonly TimeSpan Far = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Near = TimeSpan.FromMilliseconds(1);

    [Fact]
    public Task A_deadline_that_moves_forward_again_and_again_leaves_little_behind() => WithPeer((deadlines, peer) =>
    {
        var now = Instant.Start;
        for (var count = 0; count < 10_000; count++)
        {
            deadlines.Schedule(now, peer, now + Far);
            deadlines.Schedule(now, peer, now + Near);
            now += Near;
            Assert.True(deadlines.TryTakeDue(now, out var taken));
            Assert.Same(peer, taken);
            Assert.InRange(deadlines.Count, 0, KeptMax);
        }

        Assert.False(deadlines.TryTakeDue(now + Far, out _));
    });

    [Fact]
    public Task The_same_deadline_again_and_again_is_kept_a_few_times_at_most() => WithPeer((deadlines, peer) =>
    {
        var now = Instant.Start;
        var far = now + Far;
        for (var count = 0; count < 1000; count++)
        {
            deadlines.Schedule(now, peer, far);
            deadlines.Schedule(now, peer, now + Near);
            now += Near;
            Assert.True(deadlines.TryTakeDue(now, out _));
            Assert.InRange(deadlines.Count, 0, KeptMax);
        }

        deadlines.Schedule(now, peer, far);
        Assert.True(deadlines.TryTakeDue(far, out _));
        Assert.False(deadlines.TryTakeDue(far, out _));
    });

    [Fact]
    public Task A_peer_that_has_ended_is_neither_called_nor_held() => WithPeer((deadlines, peer) =>
    {
        for (var count = 0; count < 1000; count++)
        {
            deadlines.Schedule(Instant.Start, peer, Instant.Start + Far);
            deadlines.Forget(peer);
            Assert.InRange(deadlines.Count, 0, KeptMax);
        }

        Assert.False(deadlines.TryTakeDue(Instant.Start + Far, out _));
    });

    private static async Task WithPeer(Action<Deadlines, PeerConnection> test)
    {
        await using var host = RtcHost.Start(new RtcHostOptions { Address = IPAddress.Loopback });
        await using var peer = host.CreateOffer(new PeerOptions());
        using var deadlines = new Deadlines(new FakeTimeProvider(), () => { });
        lock (host.Gate)
        {
            // The host has a deadline of its own for it.
            peer.ScheduledFor = null;
            test(deadlines, peer);
        }
    }
}
