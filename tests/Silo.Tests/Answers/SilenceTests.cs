using System.Text.Json;
using QuicPair.Silo.Answers;
using QuicPair.Silo.Runners;

namespace QuicPair.Silo.Tests.Answers;

/// <summary>How long a runner may be silent, and what ends its silence.</summary>
public sealed class SilenceTests
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan BeforeFirst = TimeSpan.FromSeconds(new RunnerOptions().FirstTokenSeconds);
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(new RunnerOptions().SilenceSeconds);

    [Fact]
    public async Task A_runner_of_which_something_is_read_works_although_it_passes_nothing_on()
    {
        using var desk = new AnswerDesk();
        var (reader, script) = await BeginWithAWord(desk, desk.Ask("c1"));
        for (var i = 0; i < 5; i++)
        {
            desk.Time.Advance(Between - Moment);
            Assert.False(script.Cancelled.IsCancellationRequested);
            script.Chat.Heard!();
        }

        desk.Time.Advance(Between - Moment);
        Assert.False(script.Cancelled.IsCancellationRequested);
        desk.Time.Advance(Moment);
        Assert.Contains("fell silent", await reader.Next(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_read_before_the_first_token_does_not_shorten_the_time_for_it()
    {
        using var desk = new AnswerDesk();
        desk.Ask("c1");
        var script = await desk.Runner.Begun();
        script.Chat.Heard!();

        desk.Time.Advance(BeforeFirst - Moment);
        Assert.False(script.Cancelled.IsCancellationRequested);
        desk.Time.Advance(Moment);
        Assert.True(script.Cancelled.IsCancellationRequested);
    }

    [Fact]
    public async Task In_a_chat_with_tools_a_runner_may_write_one_as_long_as_it_may_read_the_prompt()
    {
        using var desk = new AnswerDesk();
        var chat = new RunnerChat("m", [new RunnerMessage("user", "hi")]) { Tools = [JsonElement.Parse("{}")] };
        var start = desk.Book.Start(AnswerDesk.Phone, "c1", chat, streamed: true);
        var (reader, script) = await BeginWithAWord(desk, Assert.IsType<AnswerStart.Accepted>(start).Answer);

        desk.Time.Advance(BeforeFirst - Moment);
        Assert.False(script.Cancelled.IsCancellationRequested);
        desk.Time.Advance(Moment);
        Assert.Contains("fell silent", await reader.Next(), StringComparison.Ordinal);
    }

    private static async Task<(AnswerDesk.Reader Reader, ScriptedRunner.Script Script)> BeginWithAWord(
        AnswerDesk desk, Answer answer)
    {
        var reader = new AnswerDesk.Reader(answer);
        var script = await desk.Runner.Begun();
        script.Say("Wait.");
        Assert.Contains("Wait.", await reader.Next(), StringComparison.Ordinal);
        return (reader, script);
    }
}
