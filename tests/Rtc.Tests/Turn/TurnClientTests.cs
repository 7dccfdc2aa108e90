using QuicPair.Rtc.Stun;
using QuicPair.Rtc.Tests.Ice;
using QuicPair.Rtc.Turn;
using QuicPair.Rtc.Wire;
using Xunit;

namespace QuicPair.Rtc.Tests.Turn;

public sealed class TurnClientTests
{
    private static readonly TransportAddress Peer = IcePair.Address("192.0.2.7", 6000);
    private static readonly byte[] Check = [0, 1, 2, 3];
    private static readonly byte[] Data = [20, 1, 2];

    [Fact]
    public void Allocates_both_families_in_two_round_trips()
    {
        var pair = TurnPair.Allocated();

        Assert.Equal(2, pair.Sent);
        Assert.Equal(ScriptedTurn.RelayedIPv4, pair.Client.RelayedIPv4);
        Assert.Equal(ScriptedTurn.RelayedIPv6, pair.Client.RelayedIPv6);
        Assert.Equal(IcePair.Address("203.0.113.9", 41_000), pair.Client.Mapped);
        Assert.Equal(1, pair.Client.Counters.Challenges);
    }

    [Fact]
    public void Refreshes_before_the_end_for_hours()
    {
        var pair = TurnPair.Allocated();
        pair.RunFor(TimeSpan.FromHours(3));

        Assert.Equal(TurnState.Allocated, pair.Client.State);
        var refreshes = pair.Server.Requests.Where(request => request.Method == StunMethod.Refresh).ToList();
        Assert.InRange(refreshes.Count, 18, 30);
        Assert.All(refreshes, request => Assert.Equal(600, request.Lifetime));
    }

    [Fact]
    public void A_short_life_is_refreshed_at_half_of_it()
    {
        var pair = new TurnPair();
        pair.Server.Lifetime = TimeSpan.FromSeconds(60);
        pair.Start();
        pair.RunFor(TimeSpan.FromMinutes(5));

        Assert.Equal(TurnState.Allocated, pair.Client.State);
        Assert.InRange(pair.Server.Requests.Count, 9, 12);
    }

    [Fact]
    public void A_stale_nonce_is_replaced_and_the_request_repeated()
    {
        var pair = TurnPair.Allocated();
        for (var count = 0; count < 20; count++)
        {
            pair.Server.Nonce = $"nonce {count}";
            pair.RunFor(TimeSpan.FromMinutes(9));
        }

        Assert.Equal(TurnState.Allocated, pair.Client.State);
        Assert.InRange(pair.Client.Counters.Challenges, 20, 30);
    }

    [Fact]
    public void Challenges_without_end_are_a_refusal()
    {
        var pair = new TurnPair();
        pair.Server.Refusals[StunMethod.Allocate] = StunErrorCode.StaleNonce;
        pair.Start();

        Assert.Equal((TurnState.Failed, TurnFailure.Unauthorized), (pair.Client.State, pair.Client.Failure));
        Assert.InRange(pair.Sent, 2, 6);
    }

    [Theory]
    [InlineData(401, TurnFailure.Unauthorized)]
    [InlineData(441, TurnFailure.Unauthorized)]
    [InlineData(403, TurnFailure.Forbidden)]
    [InlineData(437, TurnFailure.Mismatch)]
    [InlineData(442, TurnFailure.Refused)]
    [InlineData(486, TurnFailure.NoCapacity)]
    [InlineData(508, TurnFailure.NoCapacity)]
    [InlineData(300, TurnFailure.Refused)]
    [InlineData(699, TurnFailure.Refused)]
    public void A_refusal_is_told_by_its_cause(int code, TurnFailure expected)
    {
        var pair = new TurnPair();
        pair.Server.Refusals[StunMethod.Allocate] = (StunErrorCode)code;
        pair.Start();

        Assert.Equal((TurnState.Failed, expected), (pair.Client.State, pair.Client.Failure));
        Assert.Null(pair.Client.NextTimeout);
    }

    [Fact]
    public void A_wrong_password_is_a_refusal_and_not_a_loop()
    {
        var pair = new TurnPair();
        pair.Server.Password = "other";
        pair.Start();

        Assert.Equal(TurnFailure.Unauthorized, pair.Client.Failure);
        Assert.Equal(2, pair.Sent);
    }

    [Fact]
    public void The_server_may_name_another_one()
    {
        var pair = new TurnPair();
        pair.Server.Refusals[StunMethod.Allocate] = StunErrorCode.TryAlternate;
        pair.Server.Alternate = IcePair.Address("198.51.100.77", 3478);
        pair.Start();

        Assert.Equal(TurnFailure.TryAlternate, pair.Client.Failure);
        Assert.Equal(pair.Server.Alternate, pair.Client.AlternateServer);
    }

    [Fact]
    public void A_server_without_IPv6_is_asked_again_for_IPv4_alone()
    {
        var pair = new TurnPair();
        pair.Server.HasIPv6 = false;
        pair.Server.Refusals[StunMethod.Allocate] = StunErrorCode.AddressFamilyNotSupported;
        pair.Start();
        Assert.Equal(TurnFailure.Refused, pair.Client.Failure);

        var tolerant = new TurnPair();
        tolerant.Server.HasIPv6 = false;
        tolerant.Start();
        Assert.Equal(TurnState.Allocated, tolerant.Client.State);
        Assert.Null(tolerant.Client.RelayedIPv6);
        Assert.Empty(tolerant.Send(IcePair.Address("2001:db8::7"), Data));
    }

    [Fact]
    public void A_server_that_relays_from_IPv6_alone_is_asked_for_that_in_the_end()
    {
        var pair = new TurnPair();
        pair.Server.HasIPv4 = false;
        pair.Start();

        (byte? Requested, byte? Additional)[] expected = [(null, 2), (null, null), (2, null)];
        Assert.Equal(expected, pair.Server.Families);
        Assert.Equal(TurnState.Allocated, pair.Client.State);
        Assert.Equal(ScriptedTurn.RelayedIPv6, pair.Client.RelayedIPv6);
        Assert.Null(pair.Client.RelayedIPv4);
        Assert.Empty(pair.Send(Peer, Data));
        Assert.NotEmpty(pair.Send(IcePair.Address("2001:db8::7"), Data));
    }

    [Fact]
    public void A_server_that_refuses_every_family_is_asked_three_times()
    {
        var pair = new TurnPair();
        pair.Server.Refusals[StunMethod.Allocate] = StunErrorCode.AddressFamilyNotSupported;
        pair.Start();

        Assert.Equal(3, pair.Server.Families.Count);
        Assert.Equal((TurnState.Failed, TurnFailure.Refused), (pair.Client.State, pair.Client.Failure));
    }

    [Fact]
    public void A_silent_server_is_asked_seven_times_over_UDP_and_once_over_a_stream()
    {
        var pair = new TurnPair { IsSilent = true };
        pair.Start();
        pair.RunFor(TimeSpan.FromMinutes(1));
        Assert.Equal((TurnFailure.Unanswered, 7), (pair.Client.Failure, pair.Sent));

        var stream = new TurnPair(isStream: true) { IsSilent = true };
        stream.Start();
        stream.RunFor(TimeSpan.FromMinutes(1));
        Assert.Equal((TurnFailure.Unanswered, 1), (stream.Client.Failure, stream.Sent));
    }

    [Fact]
    public void An_allocation_whose_refreshes_are_lost_ends_with_its_lifetime()
    {
        var pair = TurnPair.Allocated();
        pair.IsSilent = true;
        pair.RunFor(TimeSpan.FromMinutes(9.9));
        Assert.Equal(TurnState.Allocated, pair.Client.State);
        pair.RunFor(TimeSpan.FromSeconds(10));

        Assert.Equal((TurnState.Failed, TurnFailure.Unanswered), (pair.Client.State, pair.Client.Failure));
    }

    [Fact]
    public void The_permission_is_asked_for_with_the_first_packet_and_once()
    {
        var pair = TurnPair.Allocated();
        var first = pair.Send(Peer, Check);
        var second = pair.Send(Peer, Check);

        Assert.Equal(Peer.WithPort(0), Assert.Single(pair.Server.Permissions));
        Assert.Equal(2, pair.Server.Requests.Count);
        Assert.True(StunHeader.TryParse(first, out var header));
        Assert.Equal((StunClass.Indication, StunMethod.Send), (header.Class, header.Method));
        Assert.Equal(first.Length, second.Length);
    }

    [Fact]
    public void Data_gets_a_channel_and_goes_on_it_once_it_is_bound()
    {
        var pair = TurnPair.Allocated();
        pair.Send(Peer, Check);
        pair.Send(Peer, Data);
        var (channel, bound) = Assert.Single(pair.Server.Channels);
        Assert.Equal((0x4000, Peer), (channel, bound));

        byte[] expected = [0x40, 0x00, 0x00, 0x03, .. Data];
        Assert.Equal(expected, pair.Send(Peer, Data));
        Assert.True(pair.Client.TryReceive(pair.Now, expected, out var sender, out var payload));
        Assert.Equal(Peer, sender);
        Assert.Equal(Data, payload);
    }

    [Fact]
    public void Over_a_stream_channel_data_is_padded_to_four_bytes()
    {
        var pair = TurnPair.Allocated(isStream: true);
        pair.Send(Peer, Data);
        byte[] expected = [0x40, 0x00, 0x00, 0x03, .. Data, 0];

        Assert.Equal(expected, pair.Send(Peer, Data));
        Assert.True(pair.Client.TryReceive(pair.Now, expected, out _, out var payload));
        Assert.Equal(Data, payload);
    }

    [Fact]
    public void Permissions_and_channels_are_renewed_while_they_are_used()
    {
        var pair = TurnPair.Allocated();
        var checkedOnly = IcePair.Address("192.0.2.8", 6000);
        pair.RunFor(TimeSpan.FromHours(1), () =>
        {
            pair.Send(Peer, Data);
            pair.Send(checkedOnly, Check);
        });

        Assert.InRange(pair.Server.Requests.Count(request => request.Method == StunMethod.ChannelBind), 12, 17);
        Assert.InRange(pair.Server.Requests.Count(request => request.Method == StunMethod.CreatePermission), 12, 17);
        Assert.Single(pair.Server.Channels);
    }

    [Fact]
    public void What_is_not_used_is_forgotten()
    {
        var pair = TurnPair.Allocated();
        pair.Send(Peer, Data);
        pair.RunFor(TimeSpan.FromMinutes(30));

        Assert.InRange(pair.Server.Requests.Count(request => request.Method == StunMethod.ChannelBind), 1, 2);
        Assert.False(pair.Client.TryReceive(pair.Now, ScriptedTurn.Indicate(Peer, Data), out _, out _));
    }

    [Theory]
    [InlineData(4.5)]
    [InlineData(6)]
    [InlineData(10)]
    [InlineData(14)]
    [InlineData(17)]
    [InlineData(60)]
    public void After_an_idle_spell_the_first_packet_is_relayed_and_the_channel_is_there_again(double minutes)
    {
        var pair = TurnPair.Allocated();
        pair.Send(Peer, Data);
        pair.RunFor(TimeSpan.FromMinutes(minutes));
        Assert.Equal(Peer, pair.Server.Relay(pair.Send(Peer, Data)));

        byte[] expected = [0x40, 0x00, 0x00, 0x03, .. Data];
        Assert.Equal(expected, pair.Send(Peer, Data));
        Assert.Equal(Peer, pair.Server.Relay(expected));
        Assert.True(pair.Client.TryReceive(pair.Now, expected, out _, out _));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void After_a_sleep_the_first_packet_is_relayed_whether_a_timer_comes_before_it_or_not(bool isTimerFirst)
    {
        var pair = new TurnPair();
        pair.Server.Lifetime = TimeSpan.FromHours(1);
        pair.Start();
        pair.Send(Peer, Data);
        pair.Sleep(TimeSpan.FromMinutes(12));
        if (isTimerFirst) pair.RunFor(TimeSpan.FromSeconds(1));

        Assert.Equal(Peer, pair.Server.Relay(pair.Send(Peer, Data)));
        Assert.Equal(Peer, pair.Server.Relay(pair.Send(Peer, Data)));
        Assert.Single(pair.Server.Channels);
    }

    [Fact]
    public void A_peer_that_is_forbidden_is_left_alone_for_a_minute()
    {
        var pair = TurnPair.Allocated();
        pair.Server.Refusals[StunMethod.CreatePermission] = StunErrorCode.Forbidden;
        Assert.NotEmpty(pair.Send(Peer, Check));
        for (var count = 0; count < 10; count++) Assert.Empty(pair.Send(Peer, Check));
        Assert.Single(pair.Server.Requests, request => request.Method == StunMethod.CreatePermission);

        pair.RunFor(TimeSpan.FromSeconds(61));
        Assert.NotEmpty(pair.Send(Peer, Check));
    }

    [Fact]
    public void Without_channels_the_indications_go_on()
    {
        var pair = TurnPair.Allocated();
        pair.Server.Refusals[StunMethod.ChannelBind] = StunErrorCode.InsufficientCapacity;
        for (var count = 0; count < 10; count++)
        {
            Assert.True(StunHeader.TryParse(pair.Send(Peer, Data), out var header));
            Assert.Equal(StunMethod.Send, header.Method);
        }

        Assert.Single(pair.Server.Requests, request => request.Method == StunMethod.ChannelBind);
        Assert.NotEmpty(pair.Server.Permissions);
    }

    [Fact]
    public void A_channel_that_is_refused_costs_no_packet()
    {
        var pair = TurnPair.Allocated();
        pair.Server.Refusals[StunMethod.ChannelBind] = StunErrorCode.InsufficientCapacity;

        Assert.Equal(Peer, pair.Server.Relay(pair.Send(Peer, Data)));
    }

    [Fact]
    public void Giving_back_is_a_refresh_with_lifetime_zero()
    {
        var pair = TurnPair.Allocated();
        pair.Client.Close(pair.Now);
        pair.Drain();

        Assert.Equal((StunMethod.Refresh, 0), pair.Server.Requests[^1]);
        Assert.Equal(TurnState.Closed, pair.Client.State);
        Assert.Null(pair.Client.NextTimeout);
        Assert.Empty(pair.Send(Peer, Data));
    }

    [Fact]
    public void Peers_are_bounded_and_those_with_a_channel_stay()
    {
        var pair = TurnPair.Allocated();
        pair.Send(Peer, Data);
        for (var port = 1; port <= 2_000; port++) pair.Send(IcePair.Address("192.0.2.99", port), Check);
        byte[] expected = [0x40, 0x00, 0x00, 0x03, .. Data];

        Assert.Equal(expected, pair.Send(Peer, Data));
    }
}
