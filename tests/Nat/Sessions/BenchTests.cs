using System.Text.Json;
using QuicPair.Nat.Lab;
using QuicPair.Nat.Routers;
using Xunit;

namespace QuicPair.Nat.Sessions;

public sealed class BenchTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bench_measures_the_direct_way_and_the_one_through_the_relay()
    {
        using var world = new World();
        await using var home = await Home.Start(world, words: 2, Cancellation);
        var router = world.Add(Router.OnInternet(world.Internet, "198.51.100.11", NatKind.PortRestricted));
        var host = world.Add(Namespace.Create("phone"));
        router.AddHost(host, "eth0", "192.168.11");
        var settings = new Dictionary<string, string> { ["QUICPAIR_HOME"] = Path.Combine(world.Folder, "phone") };
        home.Runner.Say(100);

        var direct = await Bench(await home.Invite(Cancellation));
        var relayed = await Bench("--relay");

        // The Mac's router has an address of a private range here, which counts as local.
        Assert.Equal(("local", 3), (Text(direct, "path"), direct.GetProperty("prompts").GetInt32()));
        Assert.Equal(("relay", 3), (Text(relayed, "path"), relayed.GetProperty("prompts").GetInt32()));
        Assert.All([direct, relayed], report => Assert.InRange(
            report.GetProperty("stages").GetProperty("total").GetProperty("p50_ms").GetDouble(), 0.001, 60_000));

        async Task<JsonElement> Bench(string what)
        {
            var (exit, output) = await Quicpair.Run(
                host, settings, Cancellation, "bench", what, "-n", "3", "--warm-up", "1", "--json");
            Assert.True(exit is 0 or 1, output);
            return JsonElement.Parse(output);
        }
    }

    private static string? Text(JsonElement report, string name) => report.GetProperty(name).GetString();
}
