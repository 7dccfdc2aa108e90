using System.Diagnostics;
using QuicPair.Nat.Lab;
using Xunit;

namespace QuicPair.Nat.Sessions;

/// <summary>
/// A phone that is stopped in the middle of an answer and wakes in another network. Soon enough, it restarts its path;
/// when consent has ended and the Mac knows it no more (<c>QUICPAIR_SOAK=1</c>), it connects anew. It says which, and
/// the answer is whole.
/// </summary>
public sealed class AsleepTests
{
    private const string OnlyWhole = "QUICPAIR_SOAK=1 runs it.";
    private const int Words = 60;
    private const int Part = 20;

    private static readonly TimeSpan OneWay = TimeSpan.FromMilliseconds(25);

    // RFC 7675, 5.1: "consent expires after 30 seconds".
    private static readonly TimeSpan WithoutConsent = TimeSpan.FromSeconds(31);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(5);

    public static bool IsSoak => Lane.IsSoak;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_phone_that_wakes_soon_in_another_network_restarts_its_path()
    {
        using var world = new World(OneWay);
        await using var home = await Home.Start(world, Words, Cancellation);
        var roaming = new Roaming(world);
        using var chat = await Start(world, home, roaming.Host);
        home.Runner.Say(Part);
        await chat.Reach(Part, Cancellation);
        world.Internet.StartCapture();

        chat.Sleep();
        roaming.Move();
        home.Runner.Say(Part);
        chat.Wake();
        await chat.Restarted(Cancellation);

        home.Runner.Say(Words - (2 * Part) + 1);
        var stats = await chat.End(Words, Cancellation);
        Assert.Equal((1, 1, 0), (home.Runner.Chats, stats.GetProperty("connections").GetInt32(), chat.Reconnections));
        Assert.DoesNotContain(world.Internet.TakeCapture(), seen => seen.IsHandshake);
    }

    [Fact(Skip = OnlyWhole, SkipUnless = nameof(IsSoak))]
    public async Task A_phone_that_wakes_in_another_network_when_the_Mac_has_forgotten_it_connects_anew()
    {
        using var world = new World(OneWay);
        await using var home = await Home.Start(world, Words, Cancellation);
        var roaming = new Roaming(world);
        using var chat = await Start(world, home, roaming.Host);
        home.Runner.Say(Part);
        await chat.Reach(Part, Cancellation);

        chat.Sleep();
        roaming.Move();
        home.Runner.Say(Part);
        await Forgotten(home);
        chat.Wake();
        await chat.ConnectedAnew(Cancellation);

        home.Runner.Say(Words - (2 * Part) + 1);
        var stats = await chat.End(Words, Cancellation);
        Assert.Equal(1, home.Runner.Chats);
        Assert.InRange(stats.GetProperty("connections").GetInt32(), 2, int.MaxValue);
    }

    private static async Task<ChatRun> Start(World world, Home home, Namespace place)
    {
        var settings = new Dictionary<string, string> { ["QUICPAIR_HOME"] = Path.Combine(world.Folder, "phone") };
        return ChatRun.Start(place, settings, await home.Invite(Cancellation));
    }

    /// <summary>Waits until consent has ended at the phone, too, and the Mac has no phone any more.</summary>
    private static async Task Forgotten(Home home)
    {
        using var look = new PeriodicTimer(BetweenLooks);
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < WithoutConsent || await home.Connected(Cancellation) > 0)
        {
            await look.WaitForNextTickAsync(Cancellation);
        }
    }
}
