using QuicPair.EndToEnd;
using QuicPair.Nat.Lab;
using QuicPair.Nat.Routers;
using Xunit;

namespace QuicPair.Nat.Sessions;

/// <summary>
/// A TURN server that swallows every packet, by UDP, TCP and TLS: where there is another way nobody is the wiser, where
/// there is none the phone says whose fault it is (<c>QUICPAIR_SOAK=1</c>).
/// </summary>
public sealed class VanishedRelayTests
{
    private const string OnlyWhole = "QUICPAIR_SOAK=1 runs it.";
    private const string Udp = $"turn:{TurnServer.Address}:3478";
    private const string Tcp = $"turn:{TurnServer.Address}:3478?transport=tcp";
    private const string Tls = $"turns:{TurnServer.Address}:443?transport=tcp";
    private const string All = $"{Udp},{Tcp},{Tls}";
    private const int Words = 10;

    private static readonly TimeSpan OneWay = TimeSpan.FromMilliseconds(1);

    public static bool IsSoak => Lane.IsSoak;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_answer_comes_over_the_direct_path_while_the_relay_is_still_asked()
    {
        using var world = new World(OneWay);
        world.Turn.Vanish();
        await using var home = await Home.Start(world, Words, Cancellation, ("TURN_URLS", All));
        var phone = Phone(world, NatKind.PortRestricted);
        using var chat = ChatRun.Start(phone, Settings(world), await home.Invite(Cancellation));
        home.Runner.Say(Words + 1);

        // The Mac's router has an address of a private range here, which counts as local.
        var stats = await chat.End(Words, Cancellation);
        Assert.Equal("local", stats.GetProperty("path").GetString());
        Assert.Equal(1, stats.GetProperty("connections").GetInt32());
        var (udp, tcp, tls) = world.Turn.Swallowed;
        Assert.True(udp > 0 && tcp > 0 && tls > 0, $"Swallowed: {udp} by UDP, {tcp} by TCP, {tls} by TLS.");
    }

    [Theory(Skip = OnlyWhole, SkipUnless = nameof(IsSoak))]
    [InlineData(Udp)]
    [InlineData(Tcp)]
    [InlineData(Tls)]
    [InlineData(All)]
    public async Task The_command_says_that_the_relay_it_needs_cannot_be_reached(string urls)
    {
        using var world = new World(OneWay);
        world.Turn.Vanish();
        await using var home = await Home.Start(world, Words, Cancellation, ("TURN_URLS", urls));
        var phone = Phone(world, NatKind.Symmetric);
        var (exit, said) = await Quicpair.Run(
            phone, Settings(world), Cancellation, "chat", await home.Invite(Cancellation), "Speak");

        Assert.NotEqual(0, exit);
        Assert.Contains("the TURN server cannot be reached", said, StringComparison.Ordinal);
    }

    [Theory(Skip = OnlyWhole, SkipUnless = nameof(IsSoak))]
    [InlineData(Udp)]
    [InlineData(All)]
    public async Task The_page_says_that_the_relay_it_needs_does_not_answer(string urls)
    {
        Chromium.Require();
        using var world = new World(OneWay);
        world.Turn.Vanish();
        await using var home = await Home.Start(world, Words, Cancellation, ("TURN_URLS", urls));
        await using var page = await Chromium.Start(390, 844, Phone(world, NatKind.Symmetric).Name);
        await page.Open(await home.Invite(Cancellation));
        await page.Click("Pair");
        await page.WaitFor(".problem", "the TURN server does not answer");
    }

    private static Namespace Phone(World world, NatKind kind)
    {
        var router = world.Add(Router.OnInternet(world.Internet, "198.51.100.11", kind));
        var host = world.Add(Namespace.Create("phone"));
        router.AddHost(host, "eth0", "192.168.11");
        return host;
    }

    private static Dictionary<string, string> Settings(World world) => new()
    {
        ["QUICPAIR_HOME"] = Path.Combine(world.Folder, "phone"),
    };
}
