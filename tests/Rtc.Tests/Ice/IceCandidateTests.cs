using QuicPair.Rtc.Ice;
using Xunit;

namespace QuicPair.Rtc.Tests.Ice;

public sealed class IceCandidateTests
{
    [Theory]
    [InlineData("1 1 udp 2130706431 192.0.2.1 5000 typ host", IceCandidateType.Host)]
    [InlineData(
        "842163049 1 UDP 1677729535 203.0.113.4 61665 typ srflx raddr 10.0.1.1 rport 8998 generation 0",
        IceCandidateType.ServerReflexive)]
    [InlineData("a+/9 1 udp 1 2001:db8::1 9 typ relay raddr 0.0.0.0 rport 0", IceCandidateType.Relayed)]
    [InlineData("1 1 udp 4294967295 192.0.2.1 65535 TYP PRFLX", IceCandidateType.PeerReflexive)]
    public void Reads_what_peers_send(string text, IceCandidateType type)
    {
        Assert.True(IceCandidate.TryParse(text, out var candidate));
        Assert.Equal(type, candidate!.Type);
        Assert.True(IceCandidate.TryParse(candidate.ToString(), out var again));
        Assert.Equal(candidate, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1 1 udp 1 192.0.2.1 5000 typ")]
    [InlineData("1 2 udp 1 192.0.2.1 5000 typ host")]
    [InlineData("1 1 tcp 1 192.0.2.1 9 typ host tcptype active")]
    [InlineData("1 1 udp 1 192.0.2.1 0 typ host")]
    [InlineData("1 1 udp 1 192.0.2.1 65536 typ host")]
    [InlineData("1 1 udp 4294967296 192.0.2.1 5000 typ host")]
    [InlineData("1 1 udp -1 192.0.2.1 5000 typ host")]
    [InlineData("1 1 udp 1 192.0.2.1 5000 typ magic")]
    [InlineData("1 1 udp 1 0.0.0.0 5000 typ host")]
    [InlineData("1 1 udp 1 224.0.0.251 5353 typ host")]
    [InlineData("ä 1 udp 1 192.0.2.1 5000 typ host")]
    [InlineData("1 1 udp 1 3cb5c6ad-3bcf-4c21-b8ba-2bd1b1a1e5b2.local 5000 typ host")]
    public void Ignores_what_cannot_be_used(string text) => Assert.False(IceCandidate.TryParse(text, out _));

    [Fact]
    public void Example_from_rfc8445_section_5_1_2_1() =>
        Assert.Equal(2_130_706_431u, IceCandidate.ComputePriority(IceCandidateType.Host, 65_535));

    [Fact]
    public void New_credentials_are_valid_and_differ()
    {
        var entropy = new CountingEntropy();
        var first = IceCredentials.Create(entropy);
        var second = IceCredentials.Create(entropy);

        Assert.True(first.IsValid);
        Assert.NotEqual(first, second);
        Assert.DoesNotContain(first.Password, first.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("abc", "aaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("abcd", "aaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("ab d", "aaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("abcd", "aaaaaaaaaaaaaaaaaaaaa:")]
    public void Short_or_strange_credentials_are_invalid(string fragment, string password) =>
        Assert.False(new IceCredentials(fragment, password).IsValid);
}
