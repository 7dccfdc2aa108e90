using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp.Send;
using Xunit;

namespace QuicPair.Rtc.Tests.Sctp;

public sealed class RoundTripEstimatorTests
{
    private static readonly TimeSpan Initial = TimeSpan.FromMilliseconds(500);

    [Fact]
    public void Before_a_measurement_the_initial_timeout_holds()
    {
        var estimator = new RoundTripEstimator(Initial);
        Assert.Equal(Initial, estimator.Timeout);
        Assert.Null(estimator.Smoothed);
    }

    [Fact]
    public void The_first_measurement_is_taken_as_rfc9260_section_6_3_1_has_it()
    {
        var estimator = new RoundTripEstimator(Initial);
        estimator.Observe(Instant.Start, TimeSpan.FromMilliseconds(200));
        Assert.Equal(TimeSpan.FromMilliseconds(200), estimator.Smoothed);
        Assert.Equal(TimeSpan.FromMilliseconds(600), estimator.Timeout);
    }

    [Fact]
    public void The_timeout_leaves_room_for_a_delayed_acknowledgement()
    {
        var estimator = new RoundTripEstimator(Initial);
        var now = Instant.Start;
        for (var round = 0; round < 100; round++)
        {
            now += TimeSpan.FromMilliseconds(50);
            estimator.Observe(now, TimeSpan.FromMilliseconds(50));
        }

        Assert.Equal(250, estimator.Timeout.TotalMilliseconds, 1.0);
    }

    [Fact]
    public void The_timeout_backs_off_to_its_maximum_and_recovers_with_progress()
    {
        var estimator = new RoundTripEstimator(Initial);
        estimator.BackOff();
        Assert.Equal(2 * Initial, estimator.Timeout);
        for (var times = 0; times < 40; times++)
        {
            estimator.BackOff();
        }

        Assert.Equal(TimeSpan.FromSeconds(4), estimator.Timeout);
        estimator.OnProgress();
        Assert.Equal(Initial, estimator.Timeout);
    }

    [Fact]
    public void A_minimum_is_forgotten_when_the_path_has_changed()
    {
        var estimator = new RoundTripEstimator(Initial);
        estimator.Observe(Instant.Start, TimeSpan.FromMilliseconds(5));
        estimator.Observe(Instant.Start + TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(80));
        Assert.Equal(TimeSpan.FromMilliseconds(5), estimator.Minimum);
        estimator.Observe(Instant.Start + TimeSpan.FromSeconds(11), TimeSpan.FromMilliseconds(80));
        Assert.Equal(TimeSpan.FromMilliseconds(80), estimator.Minimum);
    }
}
