using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp.Receive;
using Xunit;

namespace QuicPair.Rtc.Tests.Sctp;

public sealed class SackScheduleTests
{
    private static readonly Instant Now = Instant.Start + TimeSpan.FromSeconds(1);

    [Fact]
    public void The_first_packet_is_acknowledged_at_once()
    {
        var schedule = new SackSchedule();
        schedule.OnDataPacket(Now, immediate: false);
        Assert.True(schedule.IsDue);
    }

    [Fact]
    public void Sends_a_sack_every_second_packet_when_nothing_is_lost()
    {
        var schedule = Warm();
        for (var round = 0; round < 5; round++)
        {
            schedule.OnDataPacket(Now, immediate: false);
            Assert.False(schedule.IsDue);
            Assert.True(schedule.IsPending);
            schedule.OnDataPacket(Now, immediate: false);
            Assert.True(schedule.IsDue);
            schedule.OnSackSent();
        }
    }

    [Fact]
    public void A_single_packet_waits_at_most_twenty_milliseconds()
    {
        var schedule = Warm();
        schedule.OnDataPacket(Now, immediate: false);
        Assert.Equal(Now + TimeSpan.FromMilliseconds(20), schedule.Deadline);
        schedule.HandleTimeout(Now + TimeSpan.FromMilliseconds(19));
        Assert.False(schedule.IsDue);
        schedule.HandleTimeout(Now + TimeSpan.FromMilliseconds(20));
        Assert.True(schedule.IsDue);
        Assert.Null(schedule.Deadline);
    }

    [Fact]
    public void A_gap_a_duplicate_or_the_i_bit_is_acknowledged_at_once()
    {
        var schedule = Warm();
        schedule.OnDataPacket(Now, immediate: true);
        Assert.True(schedule.IsDue);
    }

    private static SackSchedule Warm()
    {
        var schedule = new SackSchedule();
        schedule.OnDataPacket(Now, immediate: false);
        schedule.OnSackSent();
        return schedule;
    }
}
