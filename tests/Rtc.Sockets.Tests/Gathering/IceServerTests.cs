using Xunit;

namespace QuicPair.Rtc.Sockets.Tests.Gathering;

public sealed class IceServerTests
{
    [Theory]
    [InlineData("stun:stun.example", "stun.example", 3478, false, IceTransport.Udp)]
    [InlineData("STUN:stun.example:19302", "stun.example", 19302, false, IceTransport.Udp)]
    [InlineData("turn:192.0.2.1", "192.0.2.1", 3478, true, IceTransport.Udp)]
    [InlineData(" turn:turn.example:80?transport=udp ", "turn.example", 80, true, IceTransport.Udp)]
    [InlineData("turn:turn.example?transport=tcp", "turn.example", 3478, true, IceTransport.Tcp)]
    [InlineData("turns:turn.example", "turn.example", 5349, true, IceTransport.Tls)]
    [InlineData("turns:turn.example:443?transport=TCP", "turn.example", 443, true, IceTransport.Tls)]
    [InlineData("turn:[2001:db8::1]:3479", "2001:db8::1", 3479, true, IceTransport.Udp)]
    [InlineData("stun:[2001:db8::1]", "2001:db8::1", 3478, false, IceTransport.Udp)]
    public void Reads_what_the_RFCs_allow(string uri, string host, int port, bool isRelay, IceTransport transport)
    {
        Assert.True(IceServer.TryParse(uri, out var server));
        Assert.Equal((host, port, isRelay, transport), (server.Host, server.Port, server.IsRelay, server.Transport));
        Assert.True(IceServer.TryParse($"{server}", out var again));
        Assert.Equal(server, again);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("stun.example:3478")]
    [InlineData("http://stun.example")]
    [InlineData("stun:")]
    [InlineData("stun:stun.example:0")]
    [InlineData("stun:stun.example:65536")]
    [InlineData("stun:stun.example:")]
    [InlineData("stun:stun.example?transport=udp")]
    [InlineData("stuns:stun.example")]
    [InlineData("turn:turn.example?transport=sctp")]
    [InlineData("turn:turn.example?ttl=1")]
    [InlineData("turns:turn.example?transport=udp")]
    [InlineData("turn:2001:db8::1")]
    [InlineData("turn:[turn.example]")]
    [InlineData("turn:[fe80::1%eth0]")]
    [InlineData("turn:[::1%any text]")]
    [InlineData("turn:user@turn.example")]
    public void Refuses_everything_else(string? uri) => Assert.False(IceServer.TryParse(uri, out _));

    [Fact]
    public void Never_shows_credentials()
    {
        Assert.True(IceServer.TryParse("turn:turn.example?transport=tcp", out var server));
        server = server with { Username = "planted-user", Password = "planted-password", Secret = "planted-secret" };

        Assert.Equal("turn:turn.example:3478?transport=tcp", $"{server}");
    }
}
