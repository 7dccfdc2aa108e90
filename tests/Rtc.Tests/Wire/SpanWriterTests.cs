using QuicPair.Rtc.Wire;
using Xunit;

namespace QuicPair.Rtc.Tests.Wire;

public sealed class SpanWriterTests
{
    [Fact]
    public void Writes_big_endian_values_in_order()
    {
        Span<byte> buffer = stackalloc byte[20];
        var writer = new SpanWriter(buffer);

        writer.WriteByte(1);
        writer.WriteUInt16(0x0203);
        writer.WriteUInt32(0x0405_0607);
        writer.WriteUInt64(8);
        writer.WriteBytes([9, 10]);
        writer.WriteZeros(1);

        Assert.False(writer.HasOverflowed);
        Assert.Equal<byte>([1, 2, 3, 4, 5, 6, 7, 0, 0, 0, 0, 0, 0, 0, 8, 9, 10, 0], writer.Written.ToArray());
        Assert.Equal(2, writer.Remaining);
    }

    [Fact]
    public void A_write_that_does_not_fit_marks_the_writer_and_stops_it()
    {
        Span<byte> buffer = [7, 7, 7];
        var writer = new SpanWriter(buffer);

        writer.WriteUInt16(1);
        writer.WriteUInt32(2);
        writer.WriteByte(3);

        Assert.True(writer.HasOverflowed);
        Assert.Equal<byte>([0, 1, 7], buffer.ToArray());
    }
}
