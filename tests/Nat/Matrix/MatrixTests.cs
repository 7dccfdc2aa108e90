using System.Globalization;
using QuicPair.Nat.Lab;
using QuicPair.Nat.Routers;
using Xunit;

namespace QuicPair.Nat.Matrix;

/// <summary>
/// Every kind of site with every other: it connects, in no more round trips than docs/nat.md says, by a relay only
/// where there is no other way, and the routers' counters say the same as the peers. <c>QUICPAIR_SOAK=1</c>: all
/// pairs, 20 of 20; otherwise a named sample, 2 of 2; <c>QUICPAIR_NAT_ROW=Symmetric-Open,Open-Open</c>: these pairs.
/// </summary>
public sealed class MatrixTests
{
    private const int Messages = 200;
    private const int MessageLength = 200;
    private const int Settling = 40;
    private const int Strays = 20;

    // Sites do not always answer at once on a busy machine, and what they sent meanwhile counts. The least is the
    // truth: it cannot be less than what connecting takes.
    private const int MaximumMeasurements = 8;

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

    private static readonly TimeSpan OneWay = TimeSpan.FromMilliseconds(20);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static int Pairs => Lane.IsSoak ? 20 : 2;

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
                if (wanted is null || wanted.Split(',').Contains($"{phone}-{mac}")) rows.Add(phone, mac);
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task A_phone_and_a_mac_connect_by_the_best_way_there_is(NatKind phone, NatKind mac)
    {
        using var world = new World(OneWay);
        var (phoneSite, macSite) = (world.Site(phone, 11), world.Site(mac, 12));
        await using var pairing = await Pairing.Start(world, phoneSite, macSite, Cancellation);
        var cell = NatTable.Cell($"{phone}", $"{mac}");
        var roundTrips = await RoundTrips(world, pairing, "198.51.100.11", cell.RoundTrips);
        await ConnectAll(pairing, [phoneSite, macSite], Way.Between(phone, mac));
        Assert.InRange(roundTrips, 1, cell.RoundTrips);
    }

    [Fact]
    public async Task Two_machines_of_one_network_stay_in_it()
    {
        using var world = new World(OneWay);
        var router = world.Add(Router.OnInternet(world.Internet, "198.51.100.11", NatKind.PortRestricted));
        var phone = world.Add(Site.Behind(router, 1));
        var mac = world.Add(Site.BesideHost(phone, "192.168.1.3"));
        await using var pairing = await Pairing.Start(world, phone, mac, Cancellation);
        await ConnectAll(pairing, [phone], Way.Local);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Two_networks_behind_one_router_need_a_relay_only_without_hairpin(bool hairpin)
    {
        using var world = new World(OneWay);
        var kind = hairpin ? NatKind.FullCone : NatKind.PortRestricted;
        var router = world.Add(Router.OnInternet(world.Internet, "198.51.100.11", kind, hairpin));
        var (phone, mac) = (world.Add(Site.Behind(router, 1)), world.Add(Site.Behind(router, 2)));
        await using var pairing = await Pairing.Start(world, phone, mac, Cancellation);
        await ConnectAll(pairing, [phone], hairpin ? Way.Direct : Way.Relay);
    }

    /// <summary>Flights through the internet from the offer until the phone's channel is open, by two.</summary>
    private static async Task<double> RoundTrips(World world, Pairing pairing, string phone, double expected)
    {
        var least = double.MaxValue;
        for (var number = 1_000; number < 1_000 + MaximumMeasurements && least > expected; number++)
        {
            var offer = await pairing.Offer(number);
            world.Internet.CountFlights();
            var round = await pairing.Connect(offer, number);
            var stages = round.GetProperty("stages");
            least = Math.Min(least, world.Internet.FlightsTo(phone, stages.GetProperty("openAt").GetInt64()) / 2.0);
            var byClock = stages.GetProperty("sctp").GetDouble() / OneWay.TotalMilliseconds / 2;
            TestContext.Current.TestOutputHelper?.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"{least} round trips, {byClock:0.0} by the clock"));
        }

        return least;
    }

    /// <summary>Connects so many pairs beside each other and streams over all of them.</summary>
    private static async Task ConnectAll(Pairing pairing, Site[] sites, string way)
    {
        int[] numbers = [.. Enumerable.Range(1, Pairs)];
        Router[] routers = [.. sites.Select(site => site.Router).OfType<Router>().Distinct()];
        await Task.WhenAll(numbers.Select(async number => await pairing.Connect(await pairing.Offer(number), number)));
        await Task.WhenAll(numbers.Select(number => Settle(pairing, way, number)));
        var before = Count(routers);
        var streamed = await Task.WhenAll(numbers.Select(number => pairing.Stream(Messages, gapMs: 4, number)));
        Assert.All(streamed, each => Assert.Equal(Messages, each.GetProperty("received").GetInt32()));
        var after = Count(routers);
        var ways = await Task.WhenAll(numbers.Select(number => Ways(pairing, number)));
        Assert.All(ways, both => Assert.Equal($"{way} {way}", both));
        for (var index = 0; index < routers.Length; index++)
        {
            var relayed = after[index].Relayed - before[index].Relayed;
            var direct = after[index].Direct - before[index].Direct;
            var all = Pairs * Messages * MessageLength;
            Assert.Equal((way == Way.Relay, way == Way.Direct), (relayed >= all, direct >= all));

            // A machine that is too busy to answer checks for a moment loses its path to the next best one for as long.
            if (way != Way.Relay) Assert.InRange(relayed, 0, all / Strays);
            if (way != Way.Direct) Assert.InRange(direct, 0, all / Strays);
        }
    }

    // The first pair that works is used at once; a better one takes over when its check is answered.
    private static async Task Settle(Pairing pairing, string way, int number)
    {
        string?[] ways = [];
        for (var attempt = 0; attempt < Settling; attempt++)
        {
            ways = [await pairing.Path(pairing.Phone, number), await pairing.Path(pairing.Mac, number)];
            if (ways.All(each => each == way)) return;
            await pairing.Stream(20, gapMs: 10, number);
        }

        Assert.Fail($"Pair {number} takes {string.Join(" and ", ways)}, not {way}.");
    }

    private static async Task<string> Ways(Pairing pairing, int number) =>
        $"{await pairing.Path(pairing.Phone, number)} {await pairing.Path(pairing.Mac, number)}";

    private static (long Relayed, long Direct)[] Count(Router[] routers) =>
        [.. routers.Select(router => (router.RelayedData, router.DirectData))];
}
