using QuicPair.Cluster.Tests.Processes;
using QuicPair.EndToEnd;
using Xunit;

namespace QuicPair.Cluster.Tests.Pages;

/// <summary>A page in Chromium whose Mac is killed, in a household that has another one.</summary>
public sealed class KilledMacTests
{
    private const string OnlyWhole = "QUICPAIR_SOAK=1 runs it.";
    private const int Words = 5;
    private const int DeathsAtRest = 2;
    private const string Live = @"(Local|Direct) · [\d.]+ m?s$";
    private const string Answer = ".answer:last-of-type";

    // docs/operations.md, "Going away and coming back".
    private const double ToldWithinMs = 5_000;

    // In the page, so that no poll from outside is part of what is measured.
    private const string Watch = """
        (() => {
          window.toldAt = 0;
          window.watch?.disconnect();
          window.watch = new MutationObserver(() => {
            if (window.toldAt === 0 && document.querySelector(".banner.away") !== null) window.toldAt = Date.now();
          });
          window.watch.observe(document.body, { childList: true, subtree: true });
        })()
        """;

    // The page asks for the other Macs by itself, once it is live; nothing that is seen says that it has them.
    private const string UntilItHasAnother = """
        (async () => {
          const opening = indexedDB.open("quicpair");
          await new Promise((resolve) => (opening.onsuccess = resolve));
          for (;;) {
            const all = opening.result.transaction("macs").objectStore("macs").getAll();
            await new Promise((resolve) => (all.onsuccess = resolve));
            if (all.result.some(({ vouching }) => vouching === "accepted")) break;
            await new Promise(requestAnimationFrame);
          }
          opening.result.close();
        })()
        """;

    public static bool IsSoak => Environment.GetEnvironmentVariable("QUICPAIR_SOAK") == "1";

    [Fact]
    public Task A_page_says_so_within_five_seconds_and_goes_on_with_that_Mac_or_with_another() =>
        SaysSo(throughDoor: false);

    [Fact(Skip = OnlyWhole, SkipUnless = nameof(IsSoak))]
    public Task A_page_whose_Mac_only_dials_out_says_so_within_five_seconds_too() => SaysSo(throughDoor: true);

    private static async Task SaysSo(bool throughDoor)
    {
        PostgresProcess.Require();
        Chromium.Require();
        await using var runner = new MeteredRunner(Words);
        var (household, _) = await Household.StartWithServer(macs: 2, throughDoor, runner.Settings);
        await using var members = household;
        await using var page = await Chromium.Start(390, 844);
        await page.Open(await household.Macs[0].InviteFromAway());
        await page.Click("Pair");
        await page.WaitFor(".chip", Live);
        await page.Evaluate(UntilItHasAnother);

        var told = new List<double>();
        for (var death = 0; death < DeathsAtRest; death++)
        {
            told.Add(await IsTold(page, household, "at rest"));
            await household.Restart(0);
            await page.WaitFor(".chip", Live);
        }

        await page.Type("textarea", "Count");
        await page.Click("Send");
        runner.Say(1);
        await page.WaitFor(Answer + " .text", MeteredRunner.Word(0).TrimEnd());
        told.Add(await IsTold(page, household, "in an answer"));
        await page.Click("Use mac-2");
        await page.WaitFor("h1", "^mac-2$");
        await page.WaitFor(".chip", Live);
        await page.Type("textarea", "Hello");
        await page.Click("Send");

        // The chat of the dead Mac may take some of them.
        runner.Say(2 * (Words + 1));
        await page.WaitFor(Answer + "[data-state=done] .text", MeteredRunner.Word(Words - 1).TrimEnd());

        // One of them may fall into a moment of a busy machine; the whole proof forgives none.
        told.Sort();
        Assert.InRange(told[IsSoak ? told.Count - 1 : told.Count / 2], 0, ToldWithinMs);
    }

    /// <summary>Kills the first Mac; after how many milliseconds the page was told.</summary>
    private static async Task<double> IsTold(Chromium page, Household household, string when)
    {
        await page.Evaluate(Watch);
        var killed = (DateTime.UtcNow - DateTime.UnixEpoch).TotalMilliseconds;
        await household.Macs[0].Process.Kill();
        await page.WaitFor(".banner.away span", "does not answer");
        var took = (await page.Evaluate("window.toldAt")).GetDouble() - killed;
        TestContext.Current.TestOutputHelper?.WriteLine($"Told after {took:0} ms, {when}.");
        Assert.True(took >= 0);
        return took;
    }
}
