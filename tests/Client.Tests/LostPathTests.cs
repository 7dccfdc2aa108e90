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
    [InlineData(Relay, IceServerAnswer.Silent, ConnectFailure.RelayUnreachable)]
    [InlineData(Relay, IceServerAnswer.Waiting, ConnectFailure.NoPath)]
    [InlineData(Stun, IceServerAnswer.Unresolved, ConnectFailure.NameUnresolved)]
    [InlineData(Relay, IceServerAnswer.Unresolved, ConnectFailure.NameUnresolved)]
    [InlineData(Tls, IceServerAnswer.Unresolved, ConnectFailure.NameUnresolved)]
    [InlineData(Stun, IceServerAnswer.Unreachable, ConnectFailure.NoPath)]
    [InlineData(Relay, IceServerAnswer.Unreachable, ConnectFailure.RelayUnreachable)]
    [InlineData(Tls, IceServerAnswer.Silent, ConnectFailure.RelayUnreachable)]
    [InlineData(Tls, IceServerAnswer.Refused, ConnectFailure.RelayRefused)]
    public void One_server_tells(string url, IceServerAnswer answer, ConnectFailure cause) =>
        Assert.Equal(cause, LostPath.Cause([State(url, answer)]));

    [Fact]
    public void A_relay_that_is_away_beside_a_server_that_answers_is_the_relays_fault() => Assert.Equal(
        ConnectFailure.RelayUnreachable,
        LostPath.Cause([State(Stun, IceServerAnswer.Answered), State(Relay, IceServerAnswer.Silent)]));

    [Fact]
    public void A_relay_that_is_away_with_the_STUN_server_beside_it_says_nothing_of_the_network() => Assert.Equal(
        ConnectFailure.RelayUnreachable,
        LostPath.Cause([State("stun:turn.example", IceServerAnswer.Silent), State(Relay, IceServerAnswer.Silent)]));

    [Fact]
    public void When_all_are_silent_by_UDP_and_one_stands_apart_UDP_is_blocked() => Assert.Equal(
        ConnectFailure.UdpBlocked,
        LostPath.Cause([State(Stun, IceServerAnswer.Silent), State(Relay, IceServerAnswer.Silent)]));

    [Fact]
    public void A_name_without_an_address_is_no_witness() => Assert.Equal(
        ConnectFailure.RelayUnreachable,
        LostPath.Cause([State(Stun, IceServerAnswer.Unresolved), State(Relay, IceServerAnswer.Silent)]));

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
