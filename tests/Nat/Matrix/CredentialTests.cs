using System.Text.Json;
using QuicPair.Nat.Lab;
using QuicPair.Nat.Routers;
using Xunit;

namespace QuicPair.Nat.Matrix;

/// <summary>A connection over a relay, coturn with a static user and with <c>use-auth-secret</c>.</summary>
public sealed class CredentialTests
{
    private const int LifetimeSeconds = 4;
    private const int GapMs = 10;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static int Messages => Lane.IsSoak ? 6_000 : 900;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stream_over_a_relay_outlives_credentials_that_expire_in_use(bool sharedSecret)
    {
        using var world = new World(TimeSpan.FromMilliseconds(10), sharedSecret);
        var (phone, mac) = (world.Site(NatKind.UdpBlocked, 11), world.Site(NatKind.UdpBlocked, 12));
        (string, string) lifetime = ("TURN_LIFETIME", $"{LifetimeSeconds}");
        await using var pairing = await Pairing.Start(world, phone, mac, Cancellation, lifetime);
        await pairing.Connect(await pairing.Offer(0));
        var before = await Relays(pairing);
        var streamed = await pairing.Stream(Messages, GapMs);
        var after = await Relays(pairing);

        int Number(string name) => streamed.GetProperty(name).GetInt32();
        Assert.Equal(
            (Messages, 0, 0, 0), (Number("received"), Number("missing"), Number("doubled"), Number("damaged")));
        Assert.Equal(Way.Relay, await pairing.Path(pairing.Phone));
        Assert.False(await pairing.WasEverSilent(), "No path fell silent.");

        // Credentials of a secret end: by then there are other allocations. A user's do not, and the allocations stay.
        Assert.Equal(sharedSecret, !before.Intersect(after).Any());
        var silence = streamed.GetProperty("longestSilence").GetDouble();
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{Messages} messages, one each {GapMs} ms; longest silence {silence:0} ms");
    }

    private static async Task<string[]> Relays(Pairing pairing)
    {
        JsonElement[] both = [await pairing.Statistics(pairing.Phone), await pairing.Statistics(pairing.Mac)];
        return [.. both.SelectMany(each => each.GetProperty("relays").EnumerateArray()).Select(each => $"{each}")];
    }
}
