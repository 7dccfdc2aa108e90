using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp.Send;
using Xunit;

namespace QuicPair.Rtc.Tests.Sctp;

public sealed class CongestionControlTests
{
    private const int PacketLength = 1000;

    private static readonly TimeSpan RoundTrip = TimeSpan.FromMilliseconds(50);

    private readonly CongestionControl _control = new(PacketLength);

    [Fact]
    public void It_starts_with_ten_packets_and_doubles_per_round_trip()
    {
        Assert.Equal(10_000, _control.Window);
        _control.OnAcknowledged(Instant.Start, 10_000, RoundTrip);
        Assert.Equal(20_000, _control.Window);
    }

    [Fact]
    public void A_loss_takes_three_tenths_but_leaves_four_packets()
    {
        _control.OnLoss();
        Assert.Equal(7_000, _control.Window);
        for (var times = 0; times < 10; times++)
        {
            _control.OnLoss();
        }

        Assert.Equal(4_000, _control.Window);
    }

    [Fact]
    public void A_timeout_leaves_one_packet_and_slow_start_up_to_half()
    {
        _control.OnTimeout(isFirst: true);
        Assert.Equal(1_000, _control.Window);
        Assert.Equal(5_000, _control.Threshold);
    }

    [Fact]
    public void Timeouts_in_a_row_that_were_none_are_taken_back_together()
    {
        _control.OnLoss();
        _control.OnTimeout(isFirst: true);
        _control.OnTimeout(isFirst: false);
        _control.Undo();
        Assert.Equal(7_000, _control.Window);
    }

    [Fact]
    public void A_loss_that_was_none_is_taken_back()
    {
        _control.OnLoss();
        _control.Undo();
        Assert.Equal(10_000, _control.Window);
        Assert.Equal(double.MaxValue, _control.Threshold);
    }

    [Fact]
    public void After_a_loss_it_grows_no_faster_than_reno_would_on_a_short_path()
    {
        _control.OnLoss();
        var now = Instant.Start;
        for (var round = 0; round < 10; round++)
        {
            now += RoundTrip;
            _control.OnAcknowledged(now, (int)_control.Window, RoundTrip);
        }

        // Reno with beta 0.7 gains 0.53 packets per round trip, and one beyond the old window.
        Assert.InRange(_control.Window, 11_000, 15_000);
    }

    [Fact]
    public void While_there_is_a_queue_it_grows_by_half_a_packet_per_round_trip_whatever_the_time()
    {
        _control.OnLoss();
        var now = Instant.Start;
        for (var round = 0; round < 100; round++)
        {
            now += RoundTrip;
            _control.OnAcknowledged(now, (int)_control.Window, RoundTrip, isQueueing: true);
        }

        // 7 packets and 100 times 0.53.
        Assert.InRange(_control.Window, 58_000, 61_000);
    }

    [Fact]
    public void A_loss_by_chance_leaves_the_window_and_cannot_be_taken_back()
    {
        _control.OnLoss();
        _control.OnChanceLoss();
        _control.Undo();
        Assert.Equal(7_000, _control.Window);
    }

    [Fact]
    public void A_loss_before_a_pause_cannot_be_taken_back()
    {
        _control.OnLoss();
        _control.OnIdle();
        _control.Undo();
        Assert.Equal(7_000, _control.Window);
    }

    [Fact]
    public void Slow_start_ends_where_a_queue_begins_but_not_below_sixteen_packets()
    {
        _control.OnFilled();
        Assert.Equal(double.MaxValue, _control.Threshold);
        _control.OnAcknowledged(Instant.Start, 10_000, RoundTrip);
        _control.OnFilled();
        Assert.Equal(20_000, _control.Threshold);
    }

    [Fact]
    public void A_long_fat_path_is_filled_again_within_seconds()
    {
        for (var round = 0; round < 7; round++)
        {
            _control.OnAcknowledged(Instant.Start, (int)_control.Window, RoundTrip);
        }

        var before = _control.Window;
        _control.OnLoss();
        var now = Instant.Start;
        for (var round = 0; round < 400 && _control.Window < before; round++)
        {
            now += RoundTrip;
            _control.OnAcknowledged(now, (int)_control.Window, RoundTrip);
        }

        Assert.InRange(_control.Window, before, 1.2 * before);
        Assert.InRange((now - Instant.Start).TotalSeconds, 1, 12);
    }
}
