using Microsoft.Extensions.Logging.Abstractions;
using QuicPair.Silo.Answers;
using QuicPair.Silo.Runners;
using QuicPair.Silo.Tests.Answers;

namespace QuicPair.Silo.Tests.Runners;

/// <summary>Stop reaches a real server in every stage, and a chat that waits never does.</summary>
public sealed class CancelTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
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
        using var book = Book(serving);
        var answer = Ask(book, "c1");
        var waiting = Ask(book, "c2");
        var reader = new AnswerDesk.Reader(answer);
        var sign = stage == "answering" ? "I'm" : stage;
        while (!(await reader.Next()).Contains(sign, StringComparison.Ordinal))
        {
        }

        await server.ChatCame.Task.WaitAsync(Cancellation);
        book.Cancel(waiting);
        book.Cancel(answer);

        await server.Aborted.Task.WaitAsync(Cancellation);
        Assert.Contains("\"cancelled\"", (await reader.ToEnd())[^1], StringComparison.Ordinal);
        Assert.Equal(1, server.Chats);
    }

    private static Answer Ask(AnswerBook book, string id) => Assert.IsType<AnswerStart.Accepted>(book.Start(
        AnswerDesk.Phone, id, new RunnerChat("m", [new RunnerMessage("user", "hello")]), streamed: true)).Answer;

    private static AnswerBook Book(IModelRunner runner)
    {
        var options = new RunnerOptions();
        var work = new ChatWork(
            runner, new ModelCatalog(runner, options), options, TimeProvider.System, NullLogger<ChatWork>.Instance);
        return new AnswerBook(options, work, TimeProvider.System);
    }
}
