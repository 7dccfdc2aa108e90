using QuicPair.Nat.Lab;
using QuicPair.Nat.Routers;
using Xunit;

namespace QuicPair.Nat.Matrix;

/// <summary>
/// Every kind of site with every other: it connects, by a relay only where there is no other way, and the routers'
/// counters say the same as the peers. <c>QUICPAIR_SOAK=1</c>: all pairs, 20 of 20; otherwise a named sample once;
/// <c>QUICPAIR_NAT_ROW=Symmetric-Open</c>: one pair.
/// </summary>
public sealed class MatrixTests
{
    private const int SoakRounds = 20;
    private const int Messages = 200;

    // More than checks, consent and keepalives of a short run; fewer than the messages of one.
    private const int Incidental = 100;

    private static readonly (NatKind Phone, NatKind Mac)[] Sample =
    [
        (NatKind.Open, NatKind.Open),
        (NatKind.PortRestricted, NatKind.Open),
        (NatKind.Open, NatKind.Symmetric),
        (NatKind.FullCone, NatKind.PortRestricted),
        (NatKind.AddressRestricted, NatKind.Symmetric),
        (NatKind.PortRestricted, NatKind.PortRestricted),
        (NatKind.Symmetric, NatKind.PortRestricted),
        (NatKind.Symmetric, NatKind.Symmetric),
        (NatKind.DoubleNat, NatKind.PortRestricted),
        (NatKind.UdpBlocked, NatKind.PortRestricted),
        (NatKind.OnlyTls, NatKind.Symmetric),
        (NatKind.PortRestricted, NatKind.OnlyTls),
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<NatKind, NatKind> Rows
    {
        get
        {
            var kinds = Enum.GetValues<NatKind>();
            var rows = new TheoryData<NatKind, NatKind>();
            var all = kinds.SelectMany(phone => kinds.Select(mac => (phone, mac)));
            var wanted = Environment.GetEnvironmentVariable("QUICPAIR_NAT_ROW");
            foreach (var (phone, mac) in Lane.IsSoak || wanted is not null ? all : Sample)
            {
                if (wanted is null || wanted == $"{phone}-{mac}") rows.Add(phone, mac);
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task A_phone_and_a_mac_connect_by_the_best_way_there_is(NatKind phone, NatKind mac)
    {
        using var world = new World();
        var (phoneSite, macSite) = (world.Site(phone, 11), world.Site(mac, 12));
        for (var round = 0; round < (Lane.IsSoak ? SoakRounds : 1); round++)
        {
            await Check(world, phoneSite, macSite, Way.Between(phone, mac));
        }
    }

    [Fact]
    public async Task Two_machines_of_one_network_stay_in_it()
    {
        using var world = new World();
        var router = world.Add(Router.OnInternet(world.Internet, "198.51.100.11", NatKind.PortRestricted));
        var phone = world.Add(Site.Behind(router, 1));
        var mac = world.Add(Site.BesideHost(phone, "192.168.1.3"));
        await Check(world, phone, mac, Way.Local);
    }

    [Fact]
    public async Task Two_networks_behind_one_router_without_hairpin_need_a_relay()
    {
        using var world = new World();
        var router = world.Add(Router.OnInternet(world.Internet, "198.51.100.11", NatKind.PortRestricted));
        await Check(world, world.Add(Site.Behind(router, 1)), world.Add(Site.Behind(router, 2)), Way.Relay);
    }

    private static async Task Check(World world, Site phone, Site mac, string way)
    {
        Router[] routers = [.. new[] { phone.Router, mac.Router }.OfType<Router>()];
        await using var pairing = await Pairing.Start(world, phone, mac, Cancellation);
        await pairing.Connect();
        await Settle(pairing, way);
        var before = Count(routers);
        var streamed = await pairing.Stream(Messages, gapMs: 1);
        Assert.Equal(Messages, streamed.GetProperty("received").GetInt32());
        Assert.Equal(way, await Path(pairing, pairing.Phone));
        Assert.Equal(way, await Path(pairing, pairing.Mac));
        var after = Count(routers);
        for (var index = 0; index < routers.Length; index++)
        {
            var relayed = after[index].Relayed - before[index].Relayed;
            var direct = after[index].Direct - before[index].Direct;
            Assert.Equal(way == Way.Relay, relayed > Incidental);
            Assert.Equal(way == Way.Direct, direct > Incidental);
        }
    }

    // The first pair that works is used at once; a better one takes over when its check is answered.
    private static async Task Settle(Pairing pairing, string way)
    {
        for (var attempt = 0; attempt < 20; attempt++)
        {
            await pairing.Stream(50, gapMs: 10);
            if (await Path(pairing, pairing.Phone) == way && await Path(pairing, pairing.Mac) == way) return;
        }
    }

    private static (long Relayed, long Direct)[] Count(Router[] routers) =>
        [.. routers.Select(router => (router.Relayed, router.Direct))];

    private static async Task<string?> Path(Pairing pairing, DrivenPeer peer) =>
        (await pairing.Statistics(peer)).GetProperty("path").GetString();
}
