using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp.Send;
using Xunit;

namespace QuicPair.Rtc.Tests.Bottleneck;

/// <summary>Which losses are the queue's; the path takes 50 ms.</summary>
public sealed class PathCongestionTests
{
    private static readonly TimeSpan Empty = TimeSpan.FromMilliseconds(50);

    private readonly PathCongestion _path = new();
    private Instant _now = Instant.Start;

    [Fact]
    public void A_loss_on_an_empty_path_is_chance()
    {
        Observe(Empty, count: 100);
        _path.OnLost(1);
        Assert.False(_path.IsCongested);
    }

    [Fact]
    public void A_loss_behind_a_queue_is_congestion()
    {
        Observe(Empty, count: 100);
        Observe(Empty + TimeSpan.FromMilliseconds(5), count: 100);
        Assert.True(_path.IsCongested);
        Observe(Empty, count: 20);
        Assert.False(_path.IsCongested);
    }

    [Fact]
    public void Jitter_is_no_queue_as_some_packets_come_through_at_once()
    {
        Observe(Empty, count: 100);
        for (var round = 0; round < 100; round++)
        {
            Observe(Empty + TimeSpan.FromMilliseconds(round % 5 * 8), count: 1);
            Assert.False(_path.IsQueueing);
        }
    }

    [Fact]
    public void Many_losses_are_congestion_whatever_the_delay()
    {
        Observe(Empty, count: 60);
        _path.OnLost(2);
        Assert.False(_path.IsCongested);
        _path.OnLost(4);
        Assert.True(_path.IsCongested);
    }

    [Fact]
    public void A_loss_is_chance_once_a_smaller_window_has_not_ended_the_losses()
    {
        Observe(Empty, count: 100);
        Assert.False(IsByChance(window: 100, out _));
        Assert.True(IsByChance(window: 70, out var isProven));
        Assert.True(isProven);
        Assert.True(IsByChance(window: 100, out isProven));
        Assert.False(isProven);
        Observe(Empty, count: 16 * 50);
        Assert.False(IsByChance(window: 100, out _));
    }

    [Fact]
    public void A_loss_where_the_last_one_was_is_the_windows_fault()
    {
        Observe(Empty, count: 100);
        for (var times = 0; times < 10; times++)
        {
            Assert.False(IsByChance(window: 100, out _));
        }
    }

    [Fact]
    public void A_queue_and_a_timeout_prove_nothing()
    {
        Observe(Empty, count: 100);
        Assert.False(IsByChance(window: 100, out _));
        _path.OnTimeout();
        Assert.False(IsByChance(window: 70, out _));
        Observe(Empty * 1.2, count: 20);
        Assert.False(IsByChance(window: 50, out _));
        Observe(Empty, count: 20);
        Assert.False(IsByChance(window: 35, out _));
    }

    [Fact]
    public void A_longer_path_is_believed_after_a_while()
    {
        Observe(Empty, count: 100);
        var longer = Empty * 2;
        Observe(longer, count: 100);
        Assert.True(_path.IsQueueing);
        for (var second = 0; second < 25; second++)
        {
            _now += TimeSpan.FromSeconds(1);
            Observe(longer, count: 10);
        }

        Assert.False(_path.IsQueueing);
    }

    [Fact]
    public void It_expects_losses_at_first_and_for_a_thousand_chunks_after_one()
    {
        Assert.True(_path.IsLossy);
        Observe(Empty, count: 32);
        Assert.False(_path.IsLossy);
        _path.OnLost(1);
        Observe(Empty, count: 1000);
        Assert.True(_path.IsLossy);
        Observe(Empty, count: 24);
        Assert.False(_path.IsLossy);
    }

    [Fact]
    public void It_expects_none_once_all_that_it_found_were_merely_late()
    {
        Observe(Empty, count: 32);
        _path.OnLost(1);
        Observe(Empty, count: 10);
        _path.OnLost(2);
        _path.OnMerelyLate(1);
        Assert.True(_path.IsLossy);
        _path.OnMerelyLate(2);
        Assert.False(_path.IsLossy);
    }

    [Fact]
    public void One_that_is_late_long_after_a_loss_is_none_either()
    {
        _path.OnLost(1);
        Observe(Empty, count: 1024);
        _path.OnLost(1);
        Assert.True(_path.IsLossy);
        _path.OnMerelyLate(1);
        Assert.False(_path.IsLossy);
    }

    private bool IsByChance(double window, out bool isProven) =>
        _path.IsByChance(_now, window, Empty, out isProven);

    private void Observe(TimeSpan roundTrip, int count)
    {
        for (var index = 0; index < count; index++)
        {
            _now += TimeSpan.FromMilliseconds(1);
            _path.OnRoundTrip(_now, roundTrip);
            _path.OnArrived();
        }
    }
}
