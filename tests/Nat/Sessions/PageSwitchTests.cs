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
        await page.Click("Pair");
        await page.WaitFor(".chip", "(Local|Direct|Relay) · ");
        await page.Type("textarea", "Speak");
        await page.Click("Send");
        await using var speech = new Speech(home.Runner, Words);
        await page.WaitFor(Answer, "word9 ");
        await page.Evaluate(Watch);
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
        Report(silences);
        Assert.DoesNotContain(world.Internet.TakeCapture(), seen => seen.IsHandshake);
    }

    private static void Report(List<double> silences)
    {
        silences.Sort();
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{silences.Count} switches, from a usable address until the page shows the next word: ")
            + string.Create(
                CultureInfo.InvariantCulture,
                $"p50 {silences[silences.Count / 2]:0} ms, p90 {silences[silences.Count * 9 / 10]:0} ms, ")
            + string.Create(CultureInfo.InvariantCulture, $"longest {silences[^1]:0} ms"));
    }
}
