using System.Net;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sockets.Gathering;
using Xunit;

namespace QuicPair.Rtc.Sockets.Tests.Gathering;

public sealed class GatheringServerTests
{
    // Nobody listens there: a connection is refused at once.
    private static readonly IPAddress Dead = IPAddress.Parse("127.0.0.2");

    private static readonly IPAddress First = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress Second = IPAddress.Parse("192.0.2.2");
    private static readonly IPAddress Sixth = IPAddress.Parse("2001:db8::6");

    private static readonly IceServer Stun = new() { Host = "stun.example", Port = 3478 };

    [Fact]
    public async Task A_relay_that_is_dead_at_its_first_address_is_reached_at_the_next()
    {
        using var coturn = await Coturn.Start();
        using var desk = new GatheringDesk(Named(coturn, IceTransport.Tcp));
        desk.Resolve(Dead, IPAddress.Loopback);

        await desk.RunUntil(server => server.Answer == IceServerAnswer.Answered);
        Assert.Equal(1, desk.Server.Relays[0].Rounds);
    }

    [Fact]
    public async Task A_relay_that_has_moved_is_found_at_what_its_name_stands_for_now()
    {
        using var coturn = await Coturn.Start();
        using var desk = new GatheringDesk(Named(coturn, IceTransport.Tcp));
        desk.Resolve(Dead);
        await desk.RunUntil(server => server.ResolveAt is not null);
        desk.Resolve(IPAddress.Loopback);

        await desk.RunUntil(server => server.Answer == IceServerAnswer.Answered);
    }

    [Fact]
    public async Task A_relay_that_is_made_anew_has_its_name_resolved_again_and_stays_until_then()
    {
        using var coturn = await Coturn.Start();
        using var desk = new GatheringDesk(Named(coturn, IceTransport.Udp));
        desk.Resolve(IPAddress.Loopback);
        await desk.RunUntil(server => server.Answer == IceServerAnswer.Answered);
        var relay = desk.Server.Relays[0].Current;
        Assert.Null(desk.Server.ResolveAt);

        lock (desk.Gate) desk.Server.Use(Named(coturn, IceTransport.Udp) with { Password = "another" });
        await desk.RunUntil(server => server.ResolveAt is not null);
        desk.Resolve(Dead);
        Assert.Same(relay, desk.Server.Relays[0].Current);
    }

    [Theory]
    [InlineData(IceTransport.Udp)]
    [InlineData(IceTransport.Tcp)]
    public async Task A_change_of_network_renews_a_relay_only_when_its_way_has_changed(IceTransport transport)
    {
        using var coturn = await Coturn.Start();
        using var desk = new GatheringDesk(Named(coturn, transport));
        desk.Resolve(IPAddress.Loopback);
        await desk.RunUntil(server => server.Answer == IceServerAnswer.Answered);
        var (slot, relay) = (desk.Server.Relays[0], desk.Server.Relays[0].Current);

        desk.NetworkChanged(from: IPAddress.Loopback);
        Assert.Equal(1, slot.Rounds);
        desk.NetworkChanged(from: Dead);
        Assert.Equal(2, slot.Rounds);
        await desk.RunUntil(_ => slot.Current is { } renewed && renewed != relay);
    }

    [Fact]
    public async Task An_address_that_was_gone_for_a_moment_is_not_believed_to_be_the_same()
    {
        using var coturn = await Coturn.Start();
        using var desk = new GatheringDesk(Named(coturn, IceTransport.Udp));
        desk.Resolve(IPAddress.Loopback);
        await desk.RunUntil(server => server.Answer == IceServerAnswer.Answered);
        var (slot, relay) = (desk.Server.Relays[0], desk.Server.Relays[0].Current);

        // The network may be another one with the same address inside, and another router.
        desk.NetworkChanged(from: null);
        desk.NetworkChanged(from: IPAddress.Loopback);
        Assert.Equal(3, slot.Rounds);
        await desk.RunUntil(_ => slot.Current is { } renewed && renewed != relay);
        var rounds = slot.Rounds;
        desk.NetworkChanged(from: IPAddress.Loopback);
        Assert.Equal(rounds, slot.Rounds);
    }

    [Fact]
    public async Task A_relay_that_nobody_answers_at_is_silent_while_it_is_asked_again_until_the_network_is_another()
    {
        using var desk = new GatheringDesk(Stun with
        {
            Port = 9,
            IsRelay = true,
            Transport = IceTransport.Tcp,
            Username = "u",
            Password = "p",
        });
        desk.Resolve(Dead);
        await desk.RunUntil(server => server.Relays is [{ Rounds: 1 }]);
        Assert.Equal(IceServerAnswer.Waiting, desk.Server.Answer);
        await desk.RunUntil(server => server.Relays[0].Rounds == 2);
        Assert.Equal((IceServerAnswer.Silent, false), (desk.Server.Answer, desk.Server.IsSettled));

        desk.NetworkChanged(from: Dead);
        Assert.Equal(IceServerAnswer.Waiting, desk.Server.Answer);
    }

    [Fact]
    public async Task A_name_whose_addresses_take_turns_is_no_reason_to_begin_anew()
    {
        using var desk = new GatheringDesk(Stun with { IsRelay = true, Username = "u", Password = "p" });
        desk.Resolve(IPAddress.Loopback, Dead);
        await desk.RunUntil(server => server.Relays[0].Rounds == 1);
        desk.Resolve(Dead, IPAddress.Loopback);
        await desk.RunUntil(_ => true);
        Assert.Equal(1, desk.Server.Relays[0].Rounds);
    }

    [Fact]
    public void A_network_that_changes_while_the_name_is_looked_up_has_it_looked_up_again_at_once()
    {
        using var desk = new GatheringDesk(Stun);
        desk.Server.ResolveBegins();
        desk.NetworkChanged(from: IPAddress.Loopback);
        desk.Resolve();
        Assert.Equal(Instant.Start, desk.Server.ResolveAt);

        desk.Resolve();
        Assert.NotEqual(Instant.Start, desk.Server.ResolveAt);
    }

    [Fact]
    public void Of_two_names_of_one_relay_one_has_an_allocation_until_it_is_gone()
    {
        var first = Stun with { IsRelay = true, Username = "u", Password = "p" };
        using var desk = new GatheringDesk(first);
        lock (desk.Gate)
        {
            using var second = Beside(desk, first with { Host = "other.example" });
            using var byAnotherUser = Beside(desk, first with { Host = "third.example", Username = "v" });
            Advance(desk, desk.Server, second, byAnotherUser);
            Assert.Equal([1, 0, 1], Allocations(desk.Server, second, byAnotherUser));
            Assert.False(second.IsSettled);

            Advance(desk, second, byAnotherUser);
            Assert.Equal([1, 1], Allocations(second, byAnotherUser));
        }
    }

    [Fact]
    public void Names_that_a_certificate_must_show_have_an_allocation_each()
    {
        var first = Stun with { IsRelay = true, Username = "u", Password = "p", Transport = IceTransport.Tls };
        using var desk = new GatheringDesk(first);
        lock (desk.Gate)
        {
            using var second = Beside(desk, first with { Host = "other.example" });
            Advance(desk, desk.Server, second);
            Assert.Equal([1, 1], Allocations(desk.Server, second));
        }
    }

    [Fact]
    public void A_STUN_server_that_is_silent_at_one_address_is_asked_at_the_next_and_then_its_name_anew()
    {
        using var desk = new GatheringDesk(Stun);
        var now = Instant.Start + TimeSpan.FromSeconds(1);
        desk.Server.Resolved(now, [First, Sixth, Second], _ => true);
        Assert.Equal([First, Sixth], Asked(desk));

        now = HearNothing(desk, now, TimeSpan.FromSeconds(15));
        Assert.Equal([Second, Sixth], Asked(desk));
        Assert.Equal((IceServerAnswer.Silent, true), (desk.Server.Answer, desk.Server.IsSettled));
        Assert.Null(desk.Server.ResolveAt);

        now = HearNothing(desk, now, TimeSpan.FromSeconds(15));
        Assert.NotNull(desk.Server.ResolveAt);
        desk.Server.Resolved(now, [First, Second], _ => true);
        Assert.Equal([First], Asked(desk));
    }

    [Fact]
    public void A_server_that_has_no_name_or_no_address_for_us_is_told_from_a_silent_one()
    {
        using var desk = new GatheringDesk(Stun);
        var now = Instant.Start + TimeSpan.FromSeconds(1);
        Assert.Equal(IceServerAnswer.Waiting, desk.Server.Answer);

        desk.Server.Resolved(now, [], _ => true);
        Assert.Equal((IceServerAnswer.Unresolved, true), (desk.Server.Answer, desk.Server.IsSettled));
        desk.Server.Resolved(now, [Sixth], _ => false);
        Assert.Equal((IceServerAnswer.Unreachable, true), (desk.Server.Answer, desk.Server.IsSettled));
        desk.Server.Resolved(now, [First], _ => true);
        Assert.Equal(IceServerAnswer.Waiting, desk.Server.Answer);
    }

    private static GatheringServer Beside(GatheringDesk desk, IceServer server) =>
        new(server, desk, new RtcHostOptions { Address = IPAddress.Loopback });

    private static void Advance(GatheringDesk desk, params GatheringServer[] all)
    {
        foreach (var server in all) server.Resolved(desk.Now, [IPAddress.Loopback], _ => true);
        foreach (var server in all)
        {
            server.Share(all);
            _ = server.Advance(desk.Now);
        }
    }

    private static IEnumerable<int> Allocations(params GatheringServer[] all) =>
        all.Select(server => server.Relays.Count);

    private static IceServer Named(Coturn coturn, IceTransport transport) =>
        coturn.Server(transport) with { Host = "turn.example" };

    private static IEnumerable<IPAddress> Asked(GatheringDesk desk) =>
        desk.Server.Queries.Select(query => query.Server.ToIPAddress());

    private static Instant HearNothing(GatheringDesk desk, Instant now, TimeSpan time)
    {
        var buffer = new byte[128];
        for (var end = now + time; now < end; now += TimeSpan.FromMilliseconds(100))
        {
            foreach (var query in desk.Server.Queries) _ = query.TryTransmit(now, buffer, out _);
            _ = desk.Server.Advance(now);
        }

        return now;
    }
}
