using System.Globalization;
using QuicPair.EndToEnd;
using QuicPair.Nat.Lab;
using Xunit;

namespace QuicPair.Nat.Sessions;

/// <summary>
/// The page in a Chromium whose network changes in the middle of an answer. <c>QUICPAIR_SOAK=1</c>: 100 switches in a
/// row.
/// </summary>
public sealed class PageSwitchTests
{
    private static readonly int Words = Lane.IsSoak ? 20_000 : 2_000;
    private const string Answer = ".answer:last-of-type .text";

    // The promise, for a machine that does nothing else: only the whole proof asks for it.
    private const double PromisedMs = 500;

    private static readonly TimeSpan OneWay = TimeSpan.FromMilliseconds(25);

    // In the page, so that no poll from outside is part of what is measured: when which word was shown first.
    private const string Watch = """
        (() => {
          window.shownAt = [];
          const look = () => {
            const text = [...document.querySelectorAll(".answer .text")].at(-1)?.textContent ?? "";
            const last = Number(/word(\d+)\s*$/.exec(text)?.[1] ?? -1);
            for (let word = window.shownAt.length; word <= last; word++) window.shownAt.push(Date.now());
          };
          new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
          look();
        })()
        """;

    // Every connection that the page makes is kept, to be looked at.
    private const string Keep = """
        (() => {
          const Real = RTCPeerConnection;
          window.connections = [];
          window.RTCPeerConnection = function (configuration) {
            const made = new Real(configuration);
            window.connections.push(made);
            return made;
          };
        })()
        """;

    private const string Channels = """
        (async () => {
          let [opened, closed] = [0, 0];
          for (const connection of window.connections) {
            for (const { type, dataChannelsOpened, dataChannelsClosed } of (await connection.getStats()).values()) {
              if (type !== "peer-connection") continue;
              opened += dataChannelsOpened;
              closed += dataChannelsClosed;
            }
          }
          return `${opened} opened, ${closed} closed`;
        })()
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_answer_goes_on_when_the_phone_changes_its_network()
    {
        Chromium.Require();
        using var world = new World(OneWay);
        await using var home = await Home.Start(world, Words, Cancellation);
        var roaming = new Roaming(world);
        await using var page = await Chromium.Start(390, 844, roaming.Host.Name);
        await page.Open(await home.Invite(Cancellation));
        await page.Evaluate(Keep);
        world.Internet.StartCapture();
        await page.Click("Pair");
        await page.WaitFor(".chip", "(Local|Direct|Relay) · ");
        await page.Type("textarea", "Speak");
        await page.Click("Send");
        await using var speech = new Speech(home.Runner, Words);
        await page.WaitFor(Answer, "word9 ");
        await page.Evaluate(Watch);

        // The first connection's handshake is seen, so that to see none below says something.
        Assert.Contains(world.Internet.TakeCapture(), seen => seen.IsHandshake);
        world.Internet.StartCapture();
        var silences = new List<double>();
        for (var turn = 0; turn < (Lane.IsSoak ? 100 : 2); turn++)
        {
            var goesOnWith = speech.Said + 3;
            roaming.Move();
            var usable = (DateTime.UtcNow - DateTime.UnixEpoch).TotalMilliseconds;
            await page.WaitFor(Answer, $"word{goesOnWith + 25} ");
            silences.Add((await page.Evaluate($"window.shownAt[{goesOnWith}]")).GetDouble() - usable);
        }

        await page.Click("Connection");
        await page.WaitFor(".change", "restarted");
        await speech.Finish();
        await page.WaitFor(".answer:last-of-type[data-state=done] .text", $"word{Words - 1} ");
        var text = (await page.Texts(".answer .text"))[^1];
        Assert.Equal(string.Concat(Enumerable.Range(0, Words).Select(MeteredRunner.Word)).TrimEnd(), text.TrimEnd());
        Assert.Equal(1, home.Runner.Chats);
        var middle = Report(silences);

        // No ClientHello: DTLS did not begin anew. An INIT is inside DTLS and not to be seen; behind one there would be
        // a second channel.
        Assert.DoesNotContain(world.Internet.TakeCapture(), seen => seen.IsHandshake);
        Assert.Equal("1 opened, 0 closed", (await page.Evaluate(Channels)).GetString());
        if (Lane.IsSoak) Assert.InRange(middle, 0, PromisedMs);
    }

    /// <summary>Prints how long the silences were; the one in the middle.</summary>
    private static double Report(List<double> silences)
    {
        silences.Sort();
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{silences.Count} switches, from a usable address until the page shows the next word: ")
            + string.Create(
                CultureInfo.InvariantCulture,
                $"p50 {silences[silences.Count / 2]:0} ms, p90 {silences[silences.Count * 9 / 10]:0} ms, ")
            + string.Create(CultureInfo.InvariantCulture, $"longest {silences[^1]:0} ms"));
        return silences[silences.Count / 2];
    }
}
