using QuicPair.Silo.Runners;

namespace QuicPair.Silo.Tests.Runners;

public sealed class BuiltInRunnerTests
{
    private static readonly BuiltInRunner Runner = new(TimeSpan.Zero, TimeProvider.System);

    [Fact]
    public async Task Says_what_it_is_in_many_tokens()
    {
        var events = await Drain(Chat("hi"));

        Assert.True(events.Count > 20);
        Assert.StartsWith(
            "I am QuicPair's built-in text generator, not a language model. Your words reached this Mac: ",
            Text(events),
            StringComparison.Ordinal);
        var end = Assert.IsType<RunnerEvent.Finished>(events[^1]);
        Assert.Equal((false, (TimeSpan?)TimeSpan.Zero), (end.HitLimit, end.Statistics.Load));
    }

    [Fact]
    public async Task The_same_conversation_and_seed_give_the_same_words()
    {
        var seeded = Chat("hi") with { Options = new SamplingOptions { Seed = 7 } };

        Assert.Equal(Text(await Drain(Chat("hi"))), Text(await Drain(Chat("hi"))));
        Assert.NotEqual(Text(await Drain(Chat("hi"))), Text(await Drain(seeded)));
    }

    [Fact]
    public async Task Stops_at_the_token_limit()
    {
        var events = await Drain(Chat("hi") with { Options = new SamplingOptions { MaxTokens = 2 } });

        Assert.Equal("I am", Text(events));
        Assert.True(Assert.IsType<RunnerEvent.Finished>(events[^1]).HitLimit);
    }

    [Fact]
    public async Task Has_one_model()
    {
        var problem = await Assert.ThrowsAsync<RunnerException>(
            () => Drain(Chat("hi") with { Model = "qwen2.5:3b" }));

        Assert.Equal(RunnerFault.ModelNotFound, problem.Fault);
    }

    private static RunnerChat Chat(string prompt) =>
        new(BuiltInRunner.Model, [new RunnerMessage("user", prompt)]);

    private static string Text(List<RunnerEvent> events) =>
        string.Concat(events.OfType<RunnerEvent.Delta>().Select(delta => delta.Text));

    private static async Task<List<RunnerEvent>> Drain(RunnerChat chat)
    {
        var events = new List<RunnerEvent>();
        await foreach (var step in Runner.Chat(chat, TestContext.Current.CancellationToken)) events.Add(step);
        return events;
    }
}
