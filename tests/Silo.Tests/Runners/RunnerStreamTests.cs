using System.Text;
using QuicPair.Silo.Runners;
using QuicPair.Silo.Runners.OpenAi;

namespace QuicPair.Silo.Tests.Runners;

/// <summary>Answers that come in a form that is odd but right, and what an OpenAI-style server may do wrong.</summary>
public sealed class RunnerStreamTests
{
    private const string Done = "data: [DONE]\n\n";

    private static readonly RunnerChat Question = new("m", [new RunnerMessage("user", "hello")]);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ollama", "\r")]
    [InlineData("openai", "\r")]
    [InlineData("ollama", "\r\n")]
    [InlineData("openai", "\r\n")]
    public async Task Any_end_of_a_line_is_one(string runner, string end)
    {
        var dialect = RunnerDialect.Of(runner);

        var (text, last) = await Hear(
            runner,
            [.. new[] { dialect.Delta("I'm"), dialect.Delta(" fine"), dialect.End }
                .Select(part => part.Replace("\n", end, StringComparison.Ordinal))]);

        Assert.Equal("I'm fine", text);
        Assert.False(last.HitLimit);
    }

    [Theory]
    [InlineData("ollama")]
    [InlineData("openai")]
    public async Task A_byte_order_mark_before_the_answer_is_passed_over(string runner)
    {
        var dialect = RunnerDialect.Of(runner);

        var (text, _) = await Hear(runner, ["\u00ef\u00bb\u00bf" + dialect.Delta("I'm"), dialect.End]);

        Assert.Equal("I'm", text);
    }

    [Theory]
    [InlineData("ollama")]
    [InlineData("openai")]
    public async Task A_complete_answer_ends_although_its_connection_stays_open(string runner)
    {
        var dialect = RunnerDialect.Of(runner);
        var bytes = RunnerDialect.Chunked(dialect.Delta("I'm"), dialect.End);
        await using var server = new RawServer(dialect.Lists, bytes, holds: true);
        using var serving = dialect.Runner(server.Address);

        var (text, _) = await Hear(serving);

        Assert.Equal("I'm", text);
    }

    [Theory]
    [InlineData("ollama")]
    [InlineData("openai")]
    public async Task Each_piece_is_heard_of_although_no_event_comes_of_it(string runner)
    {
        var dialect = RunnerDialect.Of(runner);
        var empty = dialect.Delta("");
        var bytes = RunnerDialect.Chunked(empty, empty, empty, dialect.End, "");
        await using var server = new RawServer(dialect.Lists, bytes, holds: false);
        using var serving = dialect.Runner(server.Address);
        var heard = 0;

        var steps = await serving.Chat(Question with { Heard = () => heard++ }, Cancellation).ToListAsync(Cancellation);

        Assert.IsType<RunnerEvent.Finished>(Assert.Single(steps));
        Assert.Equal(4, heard);
    }

    [Fact]
    public async Task An_error_is_heard_although_nothing_comes_after_its_line()
    {
        var dialect = RunnerDialect.Of("openai");
        var bytes = RunnerDialect.Chunked(dialect.Delta("I'm"), dialect.Error.TrimEnd('\n') + "\n");
        await using var server = new RawServer(dialect.Lists, bytes, holds: true);
        using var serving = dialect.Runner(server.Address);

        var problem = await Assert.ThrowsAsync<RunnerException>(() => Hear(serving));

        Assert.Equal("the OpenAI-style server says: CUDA out of memory", problem.Message);
    }

    [Theory]
    [InlineData("ollama", "Ollama")]
    [InlineData("openai", "the OpenAI-style server")]
    public async Task A_redirect_takes_the_question_nowhere(string runner, string name)
    {
        var dialect = RunnerDialect.Of(runner);
        await using var elsewhere = new RawServer(dialect.Lists, [], holds: false);
        await using var server = new RawServer(
            dialect.Lists,
            Encoding.ASCII.GetBytes($"HTTP/1.1 307 Temporary Redirect\r\nLocation: {elsewhere.Address}api/chat\r\n"
                + "Content-Length: 0\r\nConnection: close\r\n\r\n"),
            holds: false);
        using var serving = dialect.Runner(server.Address);

        var problem = await Assert.ThrowsAsync<RunnerException>(() => Hear(serving));

        Assert.Equal((RunnerFault.Failed, $"{name} answered 307."), (problem.Fault, problem.Message));
        Assert.Equal((1, 0), (server.Chats, elsewhere.Chats));
    }

    [Theory]
    [InlineData("ollama")]
    [InlineData("openai")]
    public async Task A_question_on_a_kept_connection_that_closes_is_not_asked_again(string runner)
    {
        var dialect = RunnerDialect.Of(runner);
        await using var server = new RawServer(dialect.Lists, [], holds: false, keeps: true);
        using var serving = dialect.Runner(server.Address);
        await serving.List(Cancellation);

        var problem = await Assert.ThrowsAsync<RunnerException>(() => Hear(serving));

        Assert.EndsWith(" broke off the answer.", problem.Message, StringComparison.Ordinal);
        Assert.Equal((1, 1), (server.Chats, server.KeptChats));
    }

    [Fact]
    public void A_connection_is_given_up_before_servers_close_it()
    {
        using var network = RunnerNetwork.Open();

        Assert.InRange(network.PooledConnectionIdleTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4));
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r")]
    [InlineData("\r\n")]
    public async Task Data_in_several_lines_is_one_event_however_it_comes(string end)
    {
        var said = (TwoLines(Say("I'm")) + FakeOpenAi.Finish("stop") + Done)
            .Replace("\n", end, StringComparison.Ordinal);
        var bytes = Encoding.ASCII.GetBytes(said);
        await using var lines = new OpenAiLineStream(new Drip(bytes), new OpenAiExtras(), "server", Cancellation);
        using var passed = new MemoryStream();

        await lines.CopyToAsync(passed, Cancellation);
        var (text, _) = await Hear("openai", [said]);

        Assert.Equal(said, Encoding.ASCII.GetString(passed.ToArray()));
        Assert.Equal("I'm", text);
    }

    [Fact]
    public async Task An_event_without_end_is_a_failure() => Assert.Equal(
        "the OpenAI-style server sent an endless event.",
        (await Fails([.. Enumerable.Repeat($"data: {new string('1', 1024 * 1024)}\n", 5)])).Message);

    [Fact]
    public async Task A_tool_call_without_end_is_a_failure() => Assert.Equal(
        "the OpenAI-style server sent an endless tool call.",
        (await Fails([.. Enumerable.Repeat(
            RunnerDialect.ToolCall("openai", new string('1', 3 * 1024 * 1024)), 6)])).Message);

    [Theory]
    [InlineData("-1")]
    [InlineData("2147483647")]
    public async Task A_tool_call_may_have_any_number(string index)
    {
        var steps = await Steps(Call(index), FakeOpenAi.Finish("tool_calls"), Done);

        Assert.Equal(new RunnerEvent.ToolCall("clock", "{}"), steps[0]);
        Assert.IsType<RunnerEvent.Finished>(steps[^1]);
    }

    [Theory]
    [InlineData("9223372036854775807")]
    [InlineData("1e300")]
    [InlineData("\"x\"")]
    public async Task A_tool_call_whose_number_is_none_is_a_failure(string index) =>
        Assert.Equal(RunnerFault.Failed, (await Fails([Call(index), FakeOpenAi.Finish("tool_calls"), Done])).Fault);

    [Fact]
    public async Task A_reason_that_is_followed_by_more_than_one_end_is_one_end()
    {
        var steps = await Steps(Say("I'm"), FakeOpenAi.Finish("stop"), Done, Done, Say(" no more"), Done);

        Assert.Equal(new RunnerEvent.Delta("I'm"), steps[0]);
        Assert.IsType<RunnerEvent.Finished>(Assert.Single(steps.Skip(1)));
    }

    [Fact]
    public async Task An_end_without_a_reason_is_a_failure() => Assert.Equal(
        "the OpenAI-style server broke off the answer.", (await Fails([Say("I'm"), Done])).Message);

    [Fact]
    public async Task What_was_used_may_be_said_to_be_nothing()
    {
        var steps = await Steps(Say("I'm"), FakeOpenAi.Finish("stop", ""","usage":null"""), Done);

        var statistics = Assert.IsType<RunnerEvent.Finished>(steps[^1]).Statistics;
        Assert.Equal(1, statistics.Tokens);
        Assert.Null(statistics.PromptTokens);
    }

    private static string Say(string text) => FakeOpenAi.Delta($$"""{"content":"{{text}}"}""");

    private static string TwoLines(string said) =>
        said.Replace(",\"object\"", ",\ndata: \"object\"", StringComparison.Ordinal);

    private static string Call(string index) => FakeOpenAi.Delta(
        """{"tool_calls":[{"index":""" + index
        + ""","id":"x","type":"function","function":{"name":"clock","arguments":"{}"}}]}""");

    private static Task<RunnerException> Fails(string[] events) =>
        Assert.ThrowsAsync<RunnerException>(() => Steps(events));

    private static async Task<List<RunnerEvent>> Steps(params string[] events)
    {
        var dialect = RunnerDialect.Of("openai");
        await using var server = new RawServer(dialect.Lists, RunnerDialect.Chunked([.. events, ""]), holds: false);
        using var serving = dialect.Runner(server.Address);
        return await serving.Chat(Question, Cancellation).ToListAsync(Cancellation);
    }

    private static async Task<(string Text, RunnerEvent.Finished Last)> Hear(string runner, string[] parts)
    {
        var dialect = RunnerDialect.Of(runner);
        await using var server = new RawServer(dialect.Lists, RunnerDialect.Chunked([.. parts, ""]), holds: false);
        using var serving = dialect.Runner(server.Address);
        return await Hear(serving);
    }

    private static async Task<(string Text, RunnerEvent.Finished Last)> Hear(IModelRunner runner)
    {
        var steps = await runner.Chat(Question, Cancellation).ToListAsync(Cancellation);
        return (string.Concat(steps.OfType<RunnerEvent.Delta>().Select(delta => delta.Text)),
            Assert.IsType<RunnerEvent.Finished>(steps[^1]));
    }

    /// <summary>Gives one byte at a time.</summary>
    private sealed class Drip(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(1, buffer.Length)], cancellationToken);
    }
}
