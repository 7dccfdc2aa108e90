using Xunit;

namespace QuicPair.EndToEnd;

/// <summary>
/// The page is closed after a word of an answer and opened again. QUICPAIR_SOAK=1 closes it at 20 words.
/// </summary>
public sealed class ResumeTests
{
    private const int Words = 200;
    private const string Live = @"(Local|Direct) · [\d.]+ m?s$";

    private static int Cuts => Environment.GetEnvironmentVariable("QUICPAIR_SOAK") == "1" ? 20 : 3;

    [Fact]
    public async Task A_page_that_was_closed_in_the_middle_shows_the_whole_answer_and_the_runner_was_asked_once()
    {
        await using var runner = new MeteredRunner(Words);
        await using var mac = await MacProcess.Start(settings: runner.Settings);
        await using var phone = await Chromium.Start(390, 844);
        await phone.Open(await mac.Invite());
        await phone.Click("Pair");
        await phone.WaitFor(".chip", Live);
        var whole = string.Concat(Enumerable.Range(0, Words).Select(MeteredRunner.Word)).TrimEnd();
        for (var cut = 0; cut < Cuts; cut++)
        {
            var after = 1 + (cut * (Words - 2) / (Cuts - 1));
            var answer = $".turns > :nth-child({2 * (cut + 1)})";
            await phone.Type("textarea", "Count");
            await phone.Click("Send");
            runner.Say(after);
            await phone.WaitFor(answer + " .text", $"word{after - 1}\\b");

            await phone.Reload();
            runner.Say(Words - after + 1);

            var text = await phone.WaitFor(answer + "[data-state=done] .text", $"word{Words - 1}\\b");
            Assert.Equal(whole, text.TrimEnd());
            Assert.Equal(cut + 1, runner.Chats);
        }

        Assert.Empty(await phone.Problems());
    }
}
