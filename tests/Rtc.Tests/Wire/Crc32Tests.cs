using QuicPair.Rtc.Wire;
using Xunit;

namespace QuicPair.Rtc.Tests.Wire;

public sealed class Crc32Tests
{
    [Fact]
    public void The_check_value_of_the_algorithm() =>
        Assert.Equal(0xCBF4_3926u, Crc32.Compute("123456789"u8));

    [Fact]
    public void Nothing_has_the_checksum_zero() => Assert.Equal(0u, Crc32.Compute([]));
}
