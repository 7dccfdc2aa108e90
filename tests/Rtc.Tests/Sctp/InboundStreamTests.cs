using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Sctp.Receive;
using Xunit;

namespace QuicPair.Rtc.Tests.Sctp;

public sealed class InboundStreamTests
{
    private readonly InboundStream _stream = new();

    [Fact]
    public void Waiting_messages_come_in_order_whatever_the_order_of_arrival()
    {
        foreach (var ssn in new ushort[] { 3, 1, 0, 2 }) Assert.True(_stream.TryInsert(Run(ssn)));
        for (ushort expected = 0; expected < 4; expected++) Assert.Equal(expected, _stream.TakeReady()!.Ssn.Value);
        Assert.Null(_stream.TakeReady());
    }

    [Fact]
    public void A_number_whose_turn_has_passed_is_refused()
    {
        _stream.AdvanceBehind(new Ssn(9));
        Assert.False(_stream.TryInsert(Run(9)));
        Assert.True(_stream.TryInsert(Run(10)));
    }

    [Fact]
    public void Of_two_messages_with_one_number_one_is_left_over()
    {
        _ = _stream.TryInsert(Run(0));
        _ = _stream.TryInsert(Run(0));
        Assert.NotNull(_stream.TakeReady());
        Assert.Null(_stream.TakeReady());
        Assert.NotNull(_stream.TakePassed());
        Assert.Null(_stream.TakePassed());
    }

    [Fact]
    public void Going_back_is_no_way_to_skip()
    {
        _stream.AdvanceBehind(new Ssn(100));
        _stream.AdvanceBehind(new Ssn(50));
        Assert.Equal(new Ssn(101), _stream.Expected);
    }

    private static FragmentRun Run(ushort ssn) => new() { Ssn = new Ssn(ssn) };
}
