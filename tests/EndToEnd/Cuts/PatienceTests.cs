using QuicPair.EndToEnd.Breaking;
using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Messages;
using Xunit;

namespace QuicPair.EndToEnd.Cuts;

/// <summary>
/// Long waits over a real connection. QUICPAIR_SOAK=1 waits as long as a person would: 90 seconds of reading by a slow
/// model. Five minutes of sleep pass in virtual time, in the tests of Silo.
/// </summary>
public sealed class PatienceTests
{
    private static readonly TimeSpan Reading = TimeSpan.FromSeconds(90);

    private static bool IsSoak => Environment.GetEnvironmentVariable("QUICPAIR_SOAK") == "1";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_long_reading_of_the_prompt_by_a_real_model_ends_in_its_answer()
    {
        await using var runner = await TestRunner.Start(seed: 5, slow: IsSoak);
        await using var mac = await MacProcess.Start(settings: runner.Settings);
        await using var phone = await TestPhone.Pair(mac);

        // A tenth more, so that a faster minute is long enough too.
        var tokens = IsSoak ? (int)(await runner.ReadingRate() * Reading.TotalSeconds * 1.1) : 200;
        var asked = await runner.Chats();
        var (text, end) = await phone.AskWithEnd(new ChatMessage
        {
            Prompt = string.Join(' ', Enumerable.Repeat("river", tokens)),
            Options = new ChatOptions { MaxTokens = 20 },
        });

        Assert.NotEmpty(text);
        Assert.Equal(asked + 1, await runner.Chats());
        Assert.InRange(end.Statistics!.PromptMs, IsSoak ? Reading.TotalMilliseconds : 1, double.MaxValue);
        TestContext.Current.TestOutputHelper?.WriteLine($"{tokens} tokens were read in {end.Statistics.PromptMs} ms");
    }

    [Fact]
    public async Task A_phone_that_sleeps_through_the_answer_has_it_when_it_wakes()
    {
        await using var runner = new MeteredRunner(CutStage.Words);
        await using var mac = await MacProcess.Start(settings: runner.Settings);
        using var phone = new PhoneCommand();
        await using var chat = phone.Start("chat", await mac.Invite(), "--json", "Count");
        await runner.Asked();
        runner.Say(3);
        await chat.Line(Words.IsDelta);

        await chat.Freeze();
        runner.Say(CutStage.Words);
        while ((await mac.Ask(new { op = "status" })).GetProperty("status").GetProperty("running").GetInt32() > 0)
        {
            // The control socket is the clock: the answer ends on the Mac.
        }

        await chat.Thaw();

        Assert.Equal(0, await chat.Exit());
        Assert.Equal((CutStage.Whole, 1), (Words.Of(chat.Output), runner.Chats));
    }
}
