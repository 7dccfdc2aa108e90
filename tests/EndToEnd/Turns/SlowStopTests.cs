using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Messages;
using Xunit;
using ErrorCode = QuicPair.Protocol.ErrorCode;

namespace QuicPair.EndToEnd.Turns;

/// <summary>Stop of a phone while a real model reads a long prompt.</summary>
public sealed class SlowStopTests
{
    private const string OnlyWhole = "QUICPAIR_SOAK=1 runs it.";

    // Nobody waits for the end of it.
    private static readonly TimeSpan Reading = TimeSpan.FromSeconds(60);

    public static bool IsSoak => Environment.GetEnvironmentVariable("QUICPAIR_SOAK") == "1";

    [Fact(Skip = OnlyWhole, SkipUnless = nameof(IsSoak))]
    public async Task A_real_runner_gives_up_the_prompt_that_it_reads()
    {
        await using var runner = await TestRunner.Start(seed: 5, slow: true);
        await using var mac = await MacProcess.Start(settings: runner.Settings);
        await using var phones = new Crowd();
        await phones.Pair(mac, 1);
        var words = (int)(await runner.ReadingRate() * Reading.TotalSeconds);
        var question = phones.Ask(0, string.Join(' ', Enumerable.Repeat("river", words)));
        while ((await question.Next<StatusMessage>()).Stage != LoadStage.Reading)
        {
            // The model may be loaded before.
        }

        question.Stop();

        Assert.Equal(ErrorCode.Cancelled, (await question.Next<ErrorMessage>()).Code);
        await runner.Rests();
        Assert.Equal(1, await runner.Abandoned());
    }
}
