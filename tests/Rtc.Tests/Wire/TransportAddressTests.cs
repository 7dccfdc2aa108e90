using QuicPair.Rtc.Wire;
using Xunit;

namespace QuicPair.Rtc.Tests.Wire;

public sealed class TransportAddressTests
{
    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1:5000")]
    [InlineData("2001:db8::1", "[2001:db8::1]:5000")]
    [InlineData("2001:DB8:0:0::1", "[2001:db8::1]:5000")]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1:5000")]
    public void Reads_addresses_and_shows_them_canonically(string text, string shown)
    {
        Assert.True(TransportAddress.TryParse(text, 5000, out var address));
        Assert.Equal(shown, address.ToString());
    }

    [Theory]
    [InlineData("1")]
    [InlineData("127.1")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("010.0.0.1")]
    [InlineData("1.2.3.4.5")]
    [InlineData("[::1]")]
    [InlineData("fe80::1%eth0")]
    [InlineData("example.local")]
    [InlineData("")]
    public void Refuses_everything_that_is_not_a_plain_address(string text) =>
        Assert.False(TransportAddress.TryParse(text, 5000, out _));

    [Fact]
    public void Mapped_and_plain_IPv4_are_one_address()
    {
        Assert.True(TransportAddress.TryCreate([10, 1, 2, 3], 7, out var plain));
        Span<byte> mapped = stackalloc byte[16];
        plain.WriteAddress16(mapped);

        Assert.True(TransportAddress.TryCreate(mapped, 7, out var again));
        Assert.Equal(plain, again);
        Assert.Equal(plain.GetHashCode(), again.GetHashCode());
        Assert.True(again.IsIPv4);
        Assert.Equal(4, again.WriteAddress(mapped));
        Assert.Equal<byte>([10, 1, 2, 3], mapped[..4].ToArray());
    }

    [Theory]
    [InlineData("127.9.9.9", true)]
    [InlineData("10.255.0.1", true)]
    [InlineData("172.16.0.1", true)]
    [InlineData("172.31.255.255", true)]
    [InlineData("172.32.0.1", false)]
    [InlineData("192.168.0.1", true)]
    [InlineData("192.169.0.1", false)]
    [InlineData("169.254.1.1", true)]
    [InlineData("100.64.0.1", false)]
    [InlineData("::1", true)]
    [InlineData("fe80::1", true)]
    [InlineData("febf::1", true)]
    [InlineData("fec0::1", false)]
    [InlineData("fd00::1", true)]
    [InlineData("2001:db8::1", false)]
    public void Knows_the_private_ranges(string text, bool isPrivate)
    {
        Assert.True(TransportAddress.TryParse(text, 1, out var address));
        Assert.Equal(isPrivate, address.IsPrivate);
    }

    [Theory]
    [InlineData("0.0.0.0", 9)]
    [InlineData("::", 9)]
    [InlineData("224.0.0.1", 9)]
    [InlineData("255.255.255.255", 9)]
    [InlineData("ff02::1", 9)]
    [InlineData("192.0.2.1", 0)]
    public void Knows_what_cannot_be_a_peer(string text, int port)
    {
        Assert.True(TransportAddress.TryParse(text, port, out var address));
        Assert.True(address.IsUnusable);
    }
}
