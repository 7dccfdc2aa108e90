using System.Diagnostics;
using System.Text.Json;
using QuicPair.Nat.Lab;
using Xunit;

namespace QuicPair.Nat.Sessions;

/// <summary>
/// The command <c>quicpair chat</c>, a real silo with its front door, and networks that change in the middle of an
/// answer. <c>QUICPAIR_SOAK=1</c>: 100 switches in a row.
/// </summary>
public sealed class ClientSwitchTests
{
    // More than any number of switches needs.
    private static readonly int Words = Lane.IsSoak ? 20_000 : 2_000;
    private const int WordsBetween = 15;

    // The promise, for a machine that does nothing else: only the whole proof asks for it.
    private const double PromisedMs = 500;

    private static readonly TimeSpan OneWay = TimeSpan.FromMilliseconds(25);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_answer_goes_on_when_the_phone_changes_its_network()
    {
        using var world = new World(OneWay);
        await using var home = await Home.Start(world, Words, Cancellation);
        var roaming = new Roaming(world);
        world.Internet.StartCapture();
        using var chat = await Chat(world, home, roaming.Host);
        await using var speech = new Speech(home.Runner, Words);
        await chat.Reach(WordsBetween, Cancellation);

        // The first connection's handshake is seen, so that to see none below says something.
        Assert.Contains(world.Internet.TakeCapture(), seen => seen.IsHandshake);
        world.Internet.StartCapture();
        var silences = new List<double>();
        for (var turn = 0; turn < (Lane.IsSoak ? 100 : 3); turn++)
        {
            // A word that is said after the former network has gone, and before the new one is there.
            var goesOnWith = speech.Said + 3;
            var usable = roaming.Move();
            var reached = await chat.Reach(goesOnWith, Cancellation);
            silences.Add(Stopwatch.GetElapsedTime(usable, reached).TotalMilliseconds);
            await chat.Reach(goesOnWith + WordsBetween, Cancellation);
        }

        await speech.Finish();
        var stats = await chat.End(Words, Cancellation);
        var middle = Report(silences, stats);
        Assert.Equal(1, home.Runner.Chats);
        Assert.Equal(1, stats.GetProperty("connections").GetInt32());
        Assert.True(stats.GetProperty("restarts").GetInt32() > 0);

        // No ClientHello: DTLS did not begin anew. An INIT is inside DTLS and not to be seen: what takes its place is
        // that there was one connection, as Rtc refuses a second association in it.
        Assert.DoesNotContain(world.Internet.TakeCapture(), seen => seen.IsHandshake);
        if (Lane.IsSoak) Assert.InRange(middle, 0, PromisedMs);
    }

    [Fact]
    public async Task An_answer_goes_on_when_the_macs_own_address_changes()
    {
        using var world = new World(OneWay);
        await using var home = await Home.Start(world, Words, Cancellation);
        var roaming = new Roaming(world);
        using var chat = await Chat(world, home, roaming.Host);
        await using var speech = new Speech(home.Runner, Words);
        await chat.Reach(WordsBetween, Cancellation);
        world.Internet.StartCapture();

        home.Host.Ip("address flush dev eth0");
        home.Host.Ip("address add 192.168.12.9/24 dev eth0\nroute replace default via 192.168.12.1");
        home.Router.Forward(Home.Port, "192.168.12.9");

        // The Mac asks for it over the channel; the phone's own network is what it was.
        await chat.Restarted(Cancellation);
        await chat.Reach(chat.Heard + WordsBetween, Cancellation);
        await speech.Finish();
        var stats = await chat.End(Words, Cancellation);
        Assert.Equal(1, stats.GetProperty("connections").GetInt32());
        Assert.DoesNotContain(world.Internet.TakeCapture(), seen => seen.IsHandshake);
    }

    private static async Task<ChatRun> Chat(World world, Home home, Namespace place)
    {
        var settings = new Dictionary<string, string> { ["QUICPAIR_HOME"] = Path.Combine(world.Folder, "phone") };
        return ChatRun.Start(place, settings, await home.Invite(Cancellation));
    }

    /// <summary>Prints how long the silences were; the one in the middle.</summary>
    private static double Report(List<double> silences, JsonElement stats)
    {
        silences.Sort();
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{silences.Count} switches, from a usable address until the answer goes on: "
            + $"p50 {silences[silences.Count / 2]:0} ms, "
            + $"p90 {silences[silences.Count * 9 / 10]:0} ms, longest {silences[^1]:0} ms; {stats}");
        return silences[silences.Count / 2];
    }
}
