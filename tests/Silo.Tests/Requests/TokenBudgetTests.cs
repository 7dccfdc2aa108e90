using QuicPair.Silo.Keys;
using QuicPair.Silo.Runners;
using QuicPair.Silo.Tests.Phones;

namespace QuicPair.Silo.Tests.Requests;

/// <summary>Prompts and texts take of a device's day before the runner has counted them.</summary>
public sealed class TokenBudgetTests : IDisposable
{
    // Forty letters.
    private const string TenTokens = "Tell me all that you know of old rivers.";

    // The desk's clock begins at 08:00 UTC; this is the next midnight.
    private const string Midnight = "\"until\":1800057600}";
    private const string TooMuch =
        "\"message\":\"That is more than this device has left of its tokens today.\"," + Midnight;
    private const string UsedUp = "\"message\":\"Today's tokens of this device are used up.\"," + Midnight;

    private readonly SessionDesk _desk = new();

    private long Used => Assert.Single(_desk.Parts.Requests.Devices.All()).TokensToday;

    public void Dispose() => _desk.Dispose();

    [Fact]
    public async Task A_prompt_that_the_day_does_not_hold_never_reaches_the_runner()
    {
        using var phone = await Connect(tokensPerDay: 10);

        await phone.Send(Chat("c1", TenTokens));

        Assert.Equal("""{"op":"error","id":"c1","for":"chat","code":"not_allowed",""" + TooMuch, await phone.Next());
        Assert.False(_desk.Runner.HasBegun);
        await phone.Send(Chat("c2", "hi"));
        Assert.Equal("hi", (await _desk.Runner.Begun()).Chat.Messages[0].Content);
    }

    [Fact]
    public async Task A_day_that_is_used_up_is_said_with_the_time_of_new_tokens()
    {
        using var phone = await Connect(tokensPerDay: 1);
        await phone.Send(Embed("r1", "hi"));
        Assert.StartsWith("""{"op":"embeddings","id":"r1",""", await phone.Next(), StringComparison.Ordinal);

        await phone.Send(Chat("c1", "hi"));
        Assert.Equal("""{"op":"error","id":"c1","for":"chat","code":"not_allowed",""" + UsedUp, await phone.Next());
        await phone.Send(Embed("r2", "hi"));
        Assert.Equal("""{"op":"error","id":"r2","for":"embed","code":"not_allowed",""" + UsedUp, await phone.Next());
    }

    [Theory]
    [InlineData(3L, UsedUp)]
    [InlineData(4L, TooMuch)]
    public async Task A_chat_that_waited_until_the_day_does_not_hold_it_ends_with_the_time_of_new_tokens(
        long tokensPerDay, string end)
    {
        var record = _desk.Pair();
        using var phone = await _desk.ConnectPaired(record);
        await phone.Send(Chat("c1", "hi"));
        var first = await _desk.Runner.Begun();
        await phone.Send(Chat("c2", "hi"));
        await Until(phone, "\"op\":\"queued\",\"id\":\"c2\"");

        // The first takes three.
        _desk.Keys.Change(
            record.Id, stored => stored with { Rights = new DeviceRights { TokensPerDay = tokensPerDay } });
        first.Finish();

        Assert.Equal(
            """{"op":"error","id":"c2","seq":1,"code":"not_allowed",""" + end, await Until(phone, "\"id\":\"c2\""));
    }

    [Fact]
    public async Task What_is_not_allowed_for_another_reason_has_no_time()
    {
        var record = _desk.Pair();
        _desk.Keys.Change(record.Id, stored => stored with { Rights = new DeviceRights { Models = ["n"] } });
        using var phone = await _desk.ConnectPaired(record);

        await phone.Send("""{"op":"chat","id":"c1","model":"m","prompt":"hi"}""");

        Assert.Equal(
            """{"op":"error","id":"c1","for":"chat","code":"not_allowed","message":"""
            + "\"The owner of the Mac does not allow that.\"}",
            await phone.Next());
    }

    [Fact]
    public async Task Of_a_prompt_longer_than_the_context_counts_what_fits()
    {
        using var phone = await Connect(tokensPerDay: 300);
        var prompt = string.Concat(Enumerable.Repeat(TenTokens, 40));

        await phone.Send($$"""{"op":"chat","id":"c1","prompt":"{{prompt}}","options":{"num_ctx":256} }""");

        Assert.Equal(300 - 256, (await _desk.Runner.Begun()).Chat.Options.MaxTokens);
    }

    [Theory]
    [InlineData(3L, 5L)]
    [InlineData(null, 12L)]
    public async Task The_runners_count_of_the_prompt_takes_the_place_of_the_estimate(long? told, long used)
    {
        using var phone = await Connect(tokensPerDay: 100);
        await phone.Send(Chat("c1", TenTokens));
        var script = await _desk.Runner.Begun();
        var statistics = new RunnerStatistics(TimeSpan.Zero, TimeSpan.Zero, 2, TimeSpan.FromSeconds(1))
        {
            PromptTokens = told,
        };

        script.Steps.Writer.TryWrite(new RunnerEvent.Finished(HitLimit: false, statistics));

        Assert.StartsWith("""{"op":"done","id":"c1",""", await phone.Next(), StringComparison.Ordinal);
        Assert.Equal(used, Used);
    }

    [Fact]
    public async Task A_cancelled_answer_takes_its_prompt_once_the_runner_has_said_something()
    {
        using var phone = await Connect(tokensPerDay: 100);
        await phone.Send(Chat("c1", TenTokens));
        (await _desk.Runner.Begun()).Say("a");
        Assert.StartsWith("""{"op":"delta","id":"c1",""", await phone.Next(), StringComparison.Ordinal);
        await Cancel(phone, "c1");
        Assert.Equal(11, Used);

        await phone.Send(Chat("c2", TenTokens));
        await _desk.Runner.Begun();
        await Cancel(phone, "c2");
        Assert.Equal(11, Used);
    }

    [Fact]
    public async Task A_runner_that_does_not_stop_is_stopped_where_the_day_ends()
    {
        using var phone = await Connect(tokensPerDay: 5);
        await phone.Send(Chat("c1", "hi"));
        var script = await _desk.Runner.Begun();
        Assert.Equal(4, script.Chat.Options.MaxTokens);

        for (var i = 0; i < 50; i++) script.Say("a");
        script.Finish();

        var end = await phone.Next();
        while (!end!.Contains("\"op\":\"done\"", StringComparison.Ordinal)) end = await phone.Next();
        Assert.Contains("\"reason\":\"length\"", end, StringComparison.Ordinal);

        // The prompt, the four that were left, and the one that was one too many.
        Assert.Equal(6, Used);
    }

    [Fact]
    public async Task Texts_whose_embedding_is_stopped_take_their_estimate_once_the_runner_has_them()
    {
        _desk.Runner.Embedding = new TaskCompletionSource().Task;
        using var phone = await Connect(tokensPerDay: 100);
        await phone.Send(Embed("r1", TenTokens));
        await phone.Send(Embed("r2", TenTokens));

        await Cancel(phone, "r2");
        Assert.Equal(0, Used);
        await Cancel(phone, "r1");
        Assert.Equal(10, Used);
        Assert.Single(_desk.Runner.Asked);
    }

    [Fact]
    public async Task Texts_that_the_day_does_not_hold_are_not_embedded()
    {
        using var phone = await Connect(tokensPerDay: 9);

        await phone.Send(Embed("r1", TenTokens));

        Assert.Equal("""{"op":"error","id":"r1","for":"embed","code":"not_allowed",""" + TooMuch, await phone.Next());
        Assert.Empty(_desk.Runner.Asked);
    }

    [Fact]
    public async Task What_texts_may_take_is_set_aside_until_it_is_counted()
    {
        var embedding = new TaskCompletionSource();
        _desk.Runner.Embedding = embedding.Task;
        using var phone = await Connect(tokensPerDay: 12);
        await phone.Send(Embed("r1", TenTokens));

        await phone.Send(Embed("r2", TenTokens));
        Assert.StartsWith(
            """{"op":"error","id":"r2","for":"embed","code":"busy",""", await phone.Next(), StringComparison.Ordinal);
        await phone.Send(Chat("c1", TenTokens));
        Assert.Contains("\"code\":\"busy\"", await phone.Next(), StringComparison.Ordinal);
        embedding.SetResult();
        Assert.StartsWith("""{"op":"embeddings","id":"r1",""", await phone.Next(), StringComparison.Ordinal);

        // The runner counted one.
        Assert.Equal(1, Used);
        await phone.Send(Embed("r3", TenTokens));
        Assert.StartsWith("""{"op":"embeddings","id":"r3",""", await phone.Next(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Texts_are_busy_while_a_chat_may_take_what_is_left()
    {
        using var phone = await Connect(tokensPerDay: 10);
        await phone.Send("""{"op":"chat","id":"c1","prompt":"hi","options":{"num_predict":6}}""");
        await _desk.Runner.Begun();

        await phone.Send("""{"op":"embed","id":"r1","model":"m","input":["a","b","c","d"]}""");
        Assert.StartsWith(
            """{"op":"error","id":"r1","for":"embed","code":"busy",""", await phone.Next(), StringComparison.Ordinal);
        await phone.Send("""{"op":"embed","id":"r2","model":"m","input":["a","b","c"]}""");
        Assert.StartsWith("""{"op":"embeddings","id":"r2",""", await phone.Next(), StringComparison.Ordinal);
    }

    private static string Chat(string id, string prompt) => $$"""{"op":"chat","id":"{{id}}","prompt":"{{prompt}}"}""";

    private static string Embed(string id, string text) =>
        $$"""{"op":"embed","id":"{{id}}","model":"m","input":["{{text}}"]}""";

    private static async Task Cancel(TestPhone phone, string id)
    {
        await phone.Send($$"""{"op":"cancel","id":"{{id}}"}""");
        await Until(phone, "\"code\":\"cancelled\"");
    }

    private static async Task<string> Until(TestPhone phone, string sign)
    {
        var said = await phone.Next();
        while (!said!.Contains(sign, StringComparison.Ordinal)) said = await phone.Next();
        return said;
    }

    private async Task<TestPhone> Connect(long tokensPerDay)
    {
        var record = _desk.Pair();
        _desk.Keys.Change(
            record.Id, stored => stored with { Rights = new DeviceRights { TokensPerDay = tokensPerDay } });
        return await _desk.ConnectPaired(record);
    }
}
