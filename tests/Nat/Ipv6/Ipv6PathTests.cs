using System.Text.Json;
using QuicPair.EndToEnd;
using QuicPair.Nat.Lab;
using QuicPair.Nat.Matrix;
using QuicPair.Nat.Sessions;
using Xunit;

namespace QuicPair.Nat.Ipv6;

/// <summary>A phone and a Mac in different networks that have IPv6 alone.</summary>
public sealed class Ipv6PathTests
{
    private const int Messages = 200;
    private const int MessageLength = 200;
    private const int Words = 20;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task They_take_the_direct_path_also_after_a_restart()
    {
        using var world = new Ipv6World();
        await using var pairing = await Pairing.Start(world.Phone, world.Mac, [], Cancellation);
        await pairing.Connect(await pairing.OfferAtOnce(0));
        await Stream(pairing, Way.Direct);
        await pairing.Restart();
        await Stream(pairing, Way.Direct);
        Assert.InRange(world.Direct, 2 * Messages * MessageLength, long.MaxValue);
        Assert.Equal(0, world.Relayed);
    }

    [Theory]
    [InlineData($"turn:[{Ipv6World.TurnAddress}]:3478")]
    [InlineData($"turn:[{Ipv6World.TurnAddress}]:3478?transport=tcp")]
    [InlineData($"turns:[{Ipv6World.TurnAddress}]:443?transport=tcp")]
    public async Task Without_one_they_meet_at_a_TURN_server_that_both_reach_by_IPv6(string url)
    {
        using var world = new Ipv6World();
        world.StartTurn();
        world.CloseDirectPath();
        await using var pairing = await Pairing.Start(
            world.Phone, world.Mac, [Pairing.ForUserAt(url)], Cancellation, ("TURN_CA", world.Authority));
        await pairing.Connect(await pairing.Offer(0));
        await Stream(pairing, Way.Relay);
        Assert.Equal(0, world.Direct);

        // Each message goes to the server and from it.
        Assert.InRange(world.Relayed, 2 * Messages * MessageLength, long.MaxValue);
    }

    [Fact]
    public async Task A_person_pairs_by_a_link_with_an_IPv6_address_and_chats()
    {
        using var world = new Ipv6World();
        await using var runner = world.Mac.Run(() => new MeteredRunner(Words));
        var settings = Settings(world, "mac");
        settings["Urls"] = "http://*:8443";
        settings["FrontDoor__PublicUrl"] = $"http://[{Ipv6World.MacsOwn}]:8443";
        settings["Ice__StunUrls"] = "";
        foreach (var (name, value) in runner.Settings) settings[name] = value!;
        using var daemon = Quicpair.Start(world.Mac, settings, "up");
        await daemon.Line("Pair a phone", Cancellation);
        var (_, invitation) = await Quicpair.Run(world.Mac, settings, Cancellation, "pair", "--json");
        var links = JsonSerializer.Deserialize<JsonElement>(invitation).GetProperty("links");
        var link = links.EnumerateArray().Select(each => each.GetString()!)
            .First(each => each.Contains(Ipv6World.MacsOwn, StringComparison.Ordinal));

        using var chat = ChatRun.Start(world.Phone, Settings(world, "phone"), link);
        runner.Say(Words + 1);
        var stats = await chat.End(Words, Cancellation);
        Assert.Equal("direct", stats.GetProperty("path").GetString());
        Assert.Equal((1, 1), (runner.Chats, stats.GetProperty("connections").GetInt32()));
    }

    private static async Task Stream(Pairing pairing, string way)
    {
        var streamed = await pairing.Stream(Messages, gapMs: 1);
        Assert.Equal(Messages, streamed.GetProperty("received").GetInt32());
        Assert.Equal(way, await pairing.Path(pairing.Phone));
        Assert.Equal(way, await pairing.Path(pairing.Mac));
    }

    private static Dictionary<string, string> Settings(Ipv6World world, string name) => new()
    {
        ["QUICPAIR_HOME"] = Path.Combine(world.Folder, name),
    };
}
