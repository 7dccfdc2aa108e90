using QuicPair.Client.Session;
using QuicPair.Rtc.Sockets;

namespace QuicPair.Client.Tests;

public sealed class LostPathTests
{
    private const string Stun = "stun:stun.example";
    private const string Relay = "turn:turn.example";
    private const string Tls = "turns:turn.example";

    [Fact]
    public void Without_servers_nothing_more_is_known() => Assert.Equal(ConnectFailure.NoPath, LostPath.Cause([]));

    [Theory]
    [InlineData(Stun, IceServerAnswer.Answered, ConnectFailure.NoPath)]
    [InlineData(Stun, IceServerAnswer.Silent, ConnectFailure.UdpBlocked)]
    [InlineData(Stun, IceServerAnswer.Waiting, ConnectFailure.NoPath)]
    [InlineData(Relay, IceServerAnswer.Refused, ConnectFailure.RelayRefused)]
    [InlineData(Relay, IceServerAnswer.Silent, ConnectFailure.UdpBlocked)]
    [InlineData(Tls, IceServerAnswer.Silent, ConnectFailure.RelayUnreachable)]
    [InlineData(Tls, IceServerAnswer.Refused, ConnectFailure.RelayRefused)]
    public void One_server_tells(string url, IceServerAnswer answer, ConnectFailure cause) =>
        Assert.Equal(cause, LostPath.Cause([State(url, answer)]));

    [Fact]
    public void A_relay_that_is_away_beside_a_server_that_answers_is_the_relays_fault() => Assert.Equal(
        ConnectFailure.RelayUnreachable,
        LostPath.Cause([State(Stun, IceServerAnswer.Answered), State(Relay, IceServerAnswer.Silent)]));

    [Fact]
    public void A_relay_that_works_leaves_the_other_side() => Assert.Equal(
        ConnectFailure.NoPath,
        LostPath.Cause([State(Stun, IceServerAnswer.Silent), State(Tls, IceServerAnswer.Answered)]));

    private static IceServerState State(string url, IceServerAnswer answer)
    {
        Assert.True(IceServer.TryParse(url, out var server));
        return new IceServerState(server, answer);
    }
}
