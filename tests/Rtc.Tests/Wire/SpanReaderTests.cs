using QuicPair.Rtc.Wire;
using Xunit;

namespace QuicPair.Rtc.Tests.Wire;

public sealed class SpanReaderTests
{
    [Fact]
    public void Reads_big_endian_values_in_order()
    {
        var reader = new SpanReader([1, 2, 3, 4, 5, 6, 7, 0, 0, 0, 0, 0, 0, 0, 9, 0xAA, 0xBB]);

        Assert.True(reader.TryReadByte(out var first));
        Assert.True(reader.TryReadUInt16(out var second));
        Assert.True(reader.TryReadUInt32(out var third));
        Assert.True(reader.TryReadUInt64(out var fourth));
        Assert.True(reader.TryReadBytes(1, out var bytes));
        Assert.True(reader.TrySkip(1));

        Assert.Equal(0x01, first);
        Assert.Equal(0x0203, second);
        Assert.Equal(0x0405_0607u, third);
        Assert.Equal(9ul, fourth);
        Assert.Equal(0xAA, bytes[0]);
        Assert.Equal(0, reader.Remaining);
    }

    [Fact]
    public void A_read_that_does_not_fit_consumes_nothing()
    {
        var reader = new SpanReader([1]);

        Assert.False(reader.TryReadUInt16(out _));
        Assert.False(reader.TryReadUInt32(out _));
        Assert.False(reader.TryReadUInt64(out _));
        Assert.False(reader.TryReadBytes(2, out _));
        Assert.False(reader.TryReadBytes(-1, out _));
        Assert.False(reader.TryReadBytes(int.MaxValue, out _));
        Assert.False(reader.TrySkip(-1));

        Assert.Equal(0, reader.Position);
        Assert.True(reader.TryReadByte(out _));
        Assert.False(reader.TryReadByte(out _));
    }
}
