using QuicPair.EndToEnd.Cuts;
using Xunit;

namespace QuicPair.EndToEnd;

/// <summary>
/// The page is loaded anew, closed or killed behind a word of an answer, and opened again: each once, from before the
/// first word to behind the last. QUICPAIR_SOAK=1 does each at 20 places.
/// </summary>
public sealed class ResumeTests
{
    private const int Words = 200;
    private const int Places = 20;
    private const string Live = @"(Local|Direct) · [\d.]+ m?s$";

    private static readonly Func<Chromium, Task>[] Ways =
        [page => page.Reload(), page => page.Reopen(), page => page.Crash()];

    private static IEnumerable<(int After, Func<Chromium, Task> Cut)> Cuts => Cutting.IsSoak
        ? Ways.SelectMany(way => Enumerable.Range(0, Places).Select(place => (place * Words / (Places - 1), way)))
        : Ways.Select((way, place) => (place * Words / (Ways.Length - 1), way));

    [Fact]
    public async Task A_page_that_was_closed_in_the_middle_shows_the_whole_answer_and_the_runner_was_asked_once()
    {
        await using var runner = new MeteredRunner(Words);
        await using var mac = await MacProcess.Start(settings: new Dictionary<string, string?>(runner.Settings)
        {
            // The page comes back many times a minute here; a person's does not.
            ["Limits__Burst"] = "100000",
            ["Limits__PerSecond"] = "100000",
        });
        await using var phone = await Chromium.Start(390, 844);
        await phone.Open(await mac.Invite());
        await phone.Click("Pair");
        await phone.WaitFor(".chip", Live);
        var whole = string.Concat(Enumerable.Range(0, Words).Select(MeteredRunner.Word));
        var asked = 0;
        foreach (var (after, cut) in Cuts)
        {
            asked++;
            var answer = $".turns > :nth-child({2 * asked})";
            await phone.Type("textarea", "Count");
            await phone.Click("Send");
            await runner.Asked();
            runner.Say(after);
            if (after > 0) await phone.WaitFor(answer + " .text", $"word{after - 1}\\b");
            await Kept(phone, asked, "true");

            await cut(phone);
            runner.Say(Words - after + 1);

            var text = await phone.WaitFor(answer + "[data-state=done] .text", $"word{Words - 1}\\b");
            Assert.Equal(whole.TrimEnd(), text.TrimEnd());
            Assert.Equal(whole, await Kept(phone, asked, "answer.state === 'done'"));
            Assert.Equal(asked, runner.Chats);
        }

        Assert.Empty(await phone.Problems());
    }

    /// <summary>
    /// The text of an answer, counted from 1, as it outlives the page, once the page keeps it and it is as wanted.
    /// </summary>
    private static async Task<string> Kept(Chromium phone, int number, string wanted)
    {
        var script = $$"""
            (async () => {
              const database = await new Promise((resolve, reject) => {
                const opening = indexedDB.open("quicpair");
                opening.onsuccess = () => resolve(opening.result);
                opening.onerror = () => reject(opening.error);
              });
              for (;;) {
                const kept = await new Promise((resolve, reject) => {
                  const reading = database.transaction("conversations").objectStore("conversations").getAll();
                  reading.onsuccess = () => resolve(reading.result.flatMap(({ turns }) => turns));
                  reading.onerror = () => reject(reading.error);
                });
                const answer = kept[{{(2 * number) - 1}}];
                if (answer !== undefined && {{wanted}}) {
                  database.close();
                  return answer.text;
                }
                await new Promise((resolve) => setTimeout(resolve, 20));
              }
            })()
            """;
        return (await phone.Evaluate(script)).GetString()!;
    }
}
