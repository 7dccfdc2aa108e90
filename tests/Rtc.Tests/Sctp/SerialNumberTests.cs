using QuicPair.Rtc.Sctp;
using Xunit;

namespace QuicPair.Rtc.Tests.Sctp;

public sealed class SerialNumberTests
{
    [Fact]
    public void Tsns_compare_across_the_wrap()
    {
        var last = new Tsn(uint.MaxValue);
        Assert.Equal(new Tsn(0), last.Next);
        Assert.Equal(last, new Tsn(0).Previous);
        Assert.True(last < last.Next);
        Assert.True(last.Next > last);
        Assert.True(last <= last + 5);
        Assert.Equal(6, new Tsn(5) - last);
        Assert.Equal(-6, last - new Tsn(5));
    }

    [Fact]
    public void Ssns_compare_across_the_wrap()
    {
        var last = new Ssn(ushort.MaxValue);
        Assert.Equal(new Ssn(0), last.Next);
        Assert.True(last < last.Next);
        Assert.True(last.Next >= last);
        Assert.False(last > last.Next);
    }

    [Fact]
    public void Numbers_print_as_numbers()
    {
        Assert.Equal("7", new Tsn(7).ToString());
        Assert.Equal("65535", new Ssn(65_535).ToString());
    }
}
