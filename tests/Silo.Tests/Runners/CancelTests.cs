using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using QuicPair.Silo.Answers;
using QuicPair.Silo.Runners;
using QuicPair.Silo.Tests.Answers;

namespace QuicPair.Silo.Tests.Runners;

/// <summary>
/// Stop reaches a real server in every stage while the clock stands still: no timer is on its way. A chat that waits
/// never reaches it.
/// </summary>
public sealed class CancelTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ollama", "asked")]
    [InlineData("openai", "asked")]
    [InlineData("ollama", "loading")]
    [InlineData("openai", "reading")]
    [InlineData("ollama", "reading")]
    [InlineData("openai", "answering")]
    [InlineData("ollama", "answering")]
    public async Task Ends_the_request_while(string runner, string stage)
    {
        var dialect = RunnerDialect.Of(runner);
        var lists = new Dictionary<string, string>(dialect.Lists);
        if (stage == "loading") lists["/api/ps"] = FakeOllama.Models();
        var bytes = stage == "answering" ? RunnerDialect.Chunked(dialect.Delta("I'm")) : [];
        await using var server = new RawServer(lists, bytes, holds: true);
        using var serving = dialect.Runner(server.Address);
        var time = new FakeTimeProvider();
        using var book = Book(serving, time);
        var answer = Ask(book, "c1");
        var waiting = Ask(book, "c2");
        var reader = new AnswerDesk.Reader(answer);
        await server.ChatCame.Task.WaitAsync(Cancellation);

        // The last that the clock moves: a runner that is silent for so long is asked what it does.
        if (stage is "loading" or "reading") time.Advance(AnswerLimits.StageAfter);
        var sign = stage == "answering" ? "I'm" : stage;
        while (stage != "asked" && !(await reader.Next()).Contains(sign, StringComparison.Ordinal))
        {
        }

        book.Cancel(waiting);
        book.Cancel(answer);

        await server.Aborted.Task.WaitAsync(Cancellation);
        Assert.Contains("\"cancelled\"", (await reader.ToEnd())[^1], StringComparison.Ordinal);
        Assert.Equal(1, server.Chats);
    }

    private static Answer Ask(AnswerBook book, string id) => Assert.IsType<AnswerStart.Accepted>(book.Start(
        AnswerDesk.Phone, id, new RunnerChat("m", [new RunnerMessage("user", "hello")]), streamed: true)).Answer;

    private static AnswerBook Book(IModelRunner runner, FakeTimeProvider time)
    {
        var options = new RunnerOptions();
        var work = new ChatWork(
            runner, new ModelCatalog(runner, options), options, time, NullLogger<ChatWork>.Instance);
        return new AnswerBook(options, work, time);
    }
}
