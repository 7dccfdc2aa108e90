using QuicPair.Nat.Lab;
using QuicPair.Nat.Routers;
using Xunit;

namespace QuicPair.Nat.Matrix;

/// <summary>
/// A TURN server that swallows every packet, by UDP, TCP and TLS, beside a direct path: connecting takes no more round
/// trips than docs/nat.md says of sites that need no server.
/// </summary>
public sealed class VanishedRelayTests
{
    // As in MatrixTests: what a busy machine sent meanwhile counts, so that the least is the truth.
    private const int MaximumMeasurements = 8;
    private const string PhoneAddress = "198.51.100.11";

    private static readonly TimeSpan OneWay = TimeSpan.FromMilliseconds(20);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_direct_path_beside_a_TURN_server_that_swallows_everything_takes_no_flight_more()
    {
        using var world = new World(OneWay);
        world.Turn.Vanish();
        var (phone, mac) = (world.Site(NatKind.Open, 11), world.Site(NatKind.Open, 12));
        object[] servers =
        [
            Pairing.ForUserAt(
                $"turn:{TurnServer.Address}:{TurnServer.Port}",
                $"turn:{TurnServer.Address}:{TurnServer.Port}?transport=tcp",
                $"turns:{TurnServer.Address}:{TurnServer.TlsPort}?transport=tcp"),
        ];
        await using var pairing = await Pairing.Start(
            phone.Host, mac.Host, servers, Cancellation, ("TURN_CA", world.Authority));

        var (least, expected) = (double.MaxValue, NatTable.Cell("Open", "Open").RoundTrips);
        for (var number = 1; number <= MaximumMeasurements && least > expected; number++)
        {
            var offer = await pairing.OfferAtOnce(number);
            world.Internet.CountFlights();
            var round = await pairing.Connect(offer, number);
            var openAt = round.GetProperty("stages").GetProperty("openAt").GetInt64();
            least = Math.Min(least, world.Internet.FlightsTo(PhoneAddress, openAt) / 2.0);
            Assert.Equal(Way.Direct, await pairing.Path(pairing.Phone, number));
        }

        Assert.InRange(least, 1, expected);
        var (udp, tcp, tls) = world.Turn.Swallowed;
        Assert.True(udp > 0 && tcp > 0 && tls > 0, $"Swallowed: {udp} by UDP, {tcp} by TCP, {tls} by TLS.");
    }
}
