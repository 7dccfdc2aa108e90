using System.IO.Compression;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using QuicPair.Protocol.Codec;
using QuicPair.Protocol.Messages;
using QuicPair.Protocol.Messages.Models;
using QuicPair.Silo.Answers;
using QuicPair.Silo.Keys;
using QuicPair.Silo.Requests;
using QuicPair.Silo.Runners;
using QuicPair.Silo.Runners.Ollama;
using QuicPair.Silo.Runners.OpenAi;
using QuicPair.Silo.Tests.Answers;

namespace QuicPair.Silo.Tests.Runners;

/// <summary>Runners that really misbehave: one clear error, and what was said before stays.</summary>
public sealed class RunnerFaultTests
{
    /// <summary>Arguments of depth 16, one more than fits into a message.</summary>
    private const string Deep = """{"at":[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]}""";

    private static readonly string[] Names =
    [
        "hangs up at once", "refuses", "is no HTTP", "claims a longer body", "claims a shorter body",
        "lies about a chunk", "sends a chunk that is no chunk", "sends half a UTF-8 character", "sends half a line",
        "sends no JSON", "sends an endless line", "gives no reason to end", "breaks off", "tells an error",
        "sends a page", "sends nothing", "packs its answer", "floods the head",
    ];

    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Faults()
    {
        var data = new TheoryData<string, string>();
        foreach (var name in Names)
        {
            data.Add("ollama", name);
            data.Add("openai", name);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_runner_that(string runner, string fault)
    {
        var dialect = RunnerDialect.Of(runner);
        var (bytes, isHeard) = Misbehave(dialect, fault);
        await using var server = new RawServer(dialect.Lists, bytes, holds: false);
        using var serving = dialect.Runner(server.Address);
        using var book = Book(serving);

        var messages = await new AnswerDesk.Reader(Ask(book)).ToEnd();

        var entries = messages.Where(message => message.Contains("\"seq\"", StringComparison.Ordinal)).ToList();
        Assert.Equal(isHeard ? 2 : 1, entries.Count);
        if (isHeard) Assert.Equal("""{"op":"delta","id":"c1","seq":1,"content":"I'm"}""", entries[0]);
        Assert.StartsWith($$"""{"op":"error","id":"c1","seq":{{entries.Count}},"code":"runner_failed","message":""",
            entries[^1], StringComparison.Ordinal);
        Assert.Matches("(\\.|out of memory)\"}$", entries[^1]);
        Assert.Equal(1, server.Chats);
    }

    [Theory]
    [InlineData("ollama", "nothing", 900)]
    [InlineData("openai", "nothing", 900)]
    [InlineData("ollama", "its head", 900)]
    [InlineData("openai", "its head", 900)]
    [InlineData("ollama", "a word", 120)]
    [InlineData("openai", "a word", 120)]
    public async Task A_runner_that_stalls_is_given_up(string runner, string after, int seconds)
    {
        var dialect = RunnerDialect.Of(runner);
        var afterText = after == "a word";
        var bytes = afterText ? RunnerDialect.Chunked(dialect.Delta("I'm"))
            : after == "its head" ? RunnerDialect.Chunked()
            : [];
        await using var server = new RawServer(dialect.Lists, bytes, holds: true);
        using var serving = dialect.Runner(server.Address);
        using var book = Book(serving);
        var reader = new AnswerDesk.Reader(Ask(book));
        await server.ChatCame.Task.WaitAsync(Cancellation);
        var passed = afterText ? TimeSpan.Zero : AnswerLimits.StageAfter;
        _time.Advance(passed);
        while (!(await reader.Next()).Contains(afterText ? "I'm" : "status", StringComparison.Ordinal))
        {
        }

        _time.Advance(TimeSpan.FromSeconds(seconds) - passed - TimeSpan.FromMilliseconds(1));
        Assert.Null(reader.Now());
        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.EndsWith(
            "\"code\":\"runner_failed\",\"message\":\"The model runner fell silent.\"}", await reader.Next(),
            StringComparison.Ordinal);
        Assert.True(reader.IsOver);
        if (server.Chats > 0) await server.Aborted.Task.WaitAsync(Cancellation);
    }

    [Theory]
    [InlineData("ollama")]
    [InlineData("openai")]
    public async Task A_runner_that_behaves_is_heard_to_the_end(string runner)
    {
        var dialect = RunnerDialect.Of(runner);
        var bytes = RunnerDialect.Chunked(dialect.Delta("I'm"), dialect.Delta(" fine"), dialect.End, "");
        await using var server = new RawServer(dialect.Lists, bytes, holds: false);
        using var serving = dialect.Runner(server.Address);
        using var book = Book(serving);

        var messages = await new AnswerDesk.Reader(Ask(book)).ToEnd();

        Assert.Contains("\"reason\":\"stop\"", messages[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ollama")]
    [InlineData("openai")]
    public async Task Counts_below_nothing_do_not_keep_the_end_from_the_phone(string runner)
    {
        var dialect = RunnerDialect.Of(runner);
        var end = runner == "ollama"
            ? FakeOllama.Done().Replace("_count\":", "_count\":-", StringComparison.Ordinal)
                .Replace("_duration\":", "_duration\":-", StringComparison.Ordinal) + "\n"
            : FakeOpenAi.Event("[]", ""","usage":{"prompt_tokens":-7,"completion_tokens":-5,"total_tokens":-12}""")
                + dialect.End;
        var bytes = RunnerDialect.Chunked(dialect.Delta("I'm"), end, "");
        await using var server = new RawServer(dialect.Lists, bytes, holds: false);
        using var serving = dialect.Runner(server.Address);
        using var book = Book(serving);

        var messages = await new AnswerDesk.Reader(Ask(book)).ToEnd();

        Assert.True(MessageReader.TryRead(Encoding.UTF8.GetBytes(messages[^1]), out var message, out _));
        var statistics = Assert.IsType<DoneMessage>(message).Statistics!;
        Assert.Equal(0, statistics.Tokens);
        Assert.Null(statistics.PromptTokens);
    }

    [Theory]
    [InlineData("ollama", -1)]
    [InlineData("ollama", long.MaxValue)]
    [InlineData("openai", -1)]
    [InlineData("openai", long.MaxValue)]
    public async Task No_number_of_a_model_keeps_a_reply_from_the_phone(string runner, long number)
    {
        var model = FakeOllama.Models(FakeOllama.Model("m", number, $",\"size_vram\":{number}"));
        var lists = new Dictionary<string, string>
        {
            ["/api/tags"] = model,
            ["/api/ps"] = model,
            ["/api/show"] = "{\"model_info\":{\"general.architecture\":\"q\",\"q.context_length\":" + number + "}}",
            ["/v1/models"] = $"{{\"data\":[{{\"id\":\"m\",\"created\":{number},\"meta\":"
                + $"{{\"size\":{number},\"n_ctx_train\":{number},\"n_embd\":{number}}}}}]}}",
        };
        await using var server = new RawServer(lists, [], holds: false);
        using var serving = RunnerDialect.Of(runner).Runner(server.Address);
        var options = new RunnerOptions();
        var desk = new ModelDesk(serving, new ModelCatalog(serving, options), options, _time);
        Message[] requests =
            [new ModelsRequest(), new ShowRequest { Id = "r1", Model = "m" }, new RunningRequest { Id = "r2" }];

        foreach (var request in requests)
        {
            var work = desk.Work(AnswerDesk.Phone, request, DeviceRights.Default, _ => { }, () => { })!;
            var reply = await work(Cancellation) with { Id = request.Id };
            Assert.True(MessageReader.TryRead(MessageWriter.Write(reply), out var read, out _), request.Op);
            Assert.Equal((request.Op, reply.GetType()), (read.Op, read.GetType()));
        }
    }

    [Theory]
    [InlineData("ollama", "Ollama")]
    [InlineData("openai", "llama-server")]
    public async Task A_runner_that_cannot_do_what_it_is_asked_says_so_to_the_phone(string runner, string name)
    {
        var dialect = RunnerDialect.Of(runner);
        const string said = """{"error":"m does not support tools"}""";
        var bytes = Bytes("HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n"
            + $"Content-Length: {said.Length}\r\nConnection: close\r\n\r\n{said}");
        await using var server = new RawServer(dialect.Lists, bytes, holds: false);
        using var serving = dialect.Runner(server.Address);
        using var book = Book(serving);

        var messages = await new AnswerDesk.Reader(Ask(book)).ToEnd();

        Assert.Equal(
            """{"op":"error","id":"c1","seq":1,"code":"bad_request","message":"""
            + $"\"{name} says: m does not support tools\"}}",
            Assert.Single(messages));
        Assert.Equal(1, server.Chats);
    }

    [Theory]
    [InlineData("ollama", """{"at":{"x":1,"x":2}}""")]
    [InlineData("openai", """{"at":{"x":1,"x":2}}""")]
    [InlineData("ollama", Deep)]
    [InlineData("openai", Deep)]
    public async Task A_tool_call_that_no_phone_reads_ends_the_answer(string runner, string arguments)
    {
        var messages = await CallTool(runner, arguments);

        Assert.Equal(
            [
                """{"op":"delta","id":"c1","seq":1,"content":"I'm"}""",
                """{"op":"error","id":"c1","seq":2,"code":"runner_failed","message":"The model asked for a tool with """
                + "arguments that are nested too deep or have a name twice.\"}",
            ],
            messages);
    }

    [Theory]
    [InlineData("ollama")]
    [InlineData("openai")]
    public async Task A_tool_call_that_is_as_deep_as_phones_read_arrives(string runner)
    {
        var arguments = Deep.Replace("[]", "1", StringComparison.Ordinal);

        var messages = await CallTool(runner, arguments);

        Assert.True(MessageReader.TryRead(Encoding.UTF8.GetBytes(messages[1]), out var message, out _));
        Assert.Equal(arguments, Assert.IsType<ToolCallMessage>(message).Arguments);
        Assert.Contains("\"reason\":\"stop\"", messages[2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ollama")]
    [InlineData("openai")]
    public async Task A_machine_that_sleeps_is_unreachable_and_nobody_cancelled(string runner)
    {
        using var asleep = new SleepingMachine();
        using HttpMessageHandler exchange = runner == "ollama"
            ? new OllamaExchange(asleep, Cancellation)
            : new OpenAiExchange(asleep, "llama-server", null, Cancellation);
        using var http = new HttpClient(exchange, disposeHandler: false);

        var problem = await Assert.ThrowsAsync<RunnerException>(
            () => http.GetAsync(new Uri("http://studio.local:11434/api/tags"), Cancellation));

        Assert.Equal(ErrorCode.RunnerUnreachable, problem.Code);
        Assert.EndsWith(" does not answer at studio.local:11434.", problem.Message, StringComparison.Ordinal);
    }

    private static (byte[] Bytes, bool IsHeard) Misbehave(RunnerDialect dialect, string fault)
    {
        var said = dialect.Delta("I'm");
        var half = dialect.Delta(" fine")[..20];
        var chunked = RunnerDialect.Head("Transfer-Encoding: chunked");
        return fault switch
        {
            "hangs up at once" => ([], false),
            "refuses" => (Bytes("HTTP/1.1 500 Oops\r\nContent-Length: 4\r\nConnection: close\r\n\r\nOops"), false),
            "is no HTTP" => (Bytes("SSH-2.0-OpenSSH_9.6\r\n"), false),
            "claims a longer body" => (Bytes(RunnerDialect.Head("Content-Length: 9999") + said), true),
            "claims a shorter body" => (
                Bytes(RunnerDialect.Head($"Content-Length: {said.Length + 20}") + said + dialect.Delta(" fine")), true),
            "lies about a chunk" => (
                Bytes(chunked + RunnerDialect.Chunk(said) + "ffff\r\n" + dialect.Delta(" fi")[..10]), true),
            "sends a chunk that is no chunk" => (Bytes(chunked + "zz\r\n" + said), false),
            "sends half a UTF-8 character" => (
                RunnerDialect.Chunked(said, dialect.Delta("f\u00c3"), dialect.End, ""), true),
            "sends half a line" => (RunnerDialect.Chunked(said, half, ""), true),
            "sends no JSON" => (RunnerDialect.Chunked(said, "<html>\n\n", ""), true),
            "sends an endless line" => (
                RunnerDialect.Chunked(said, "data: {" + new string(' ', 5 * 1024 * 1024)), true),
            "gives no reason to end" => (RunnerDialect.Chunked(said, ""), true),
            "breaks off" => (RunnerDialect.Chunked(said), true),
            "sends a page" => (Bytes(RunnerDialect.Head("Connection: close") + "<!DOCTYPE html>\n<p>Hi</p>\n"), false),
            "sends nothing" => (Bytes("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"), false),
            "packs its answer" => (
                [.. Bytes(RunnerDialect.Head("Content-Encoding: gzip")), .. Packed(said + dialect.End)], false),
            "floods the head" => (
                Bytes(RunnerDialect.Head(string.Join("\r\n", Enumerable.Repeat("X-More: 1", 20_000))) + said), false),
            _ => (RunnerDialect.Chunked(said, dialect.Error, ""), true),
        };
    }

    private static byte[] Packed(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal)) gzip.Write(Bytes(text));
        return packed.ToArray();
    }

    private async Task<List<string>> CallTool(string runner, string arguments)
    {
        var dialect = RunnerDialect.Of(runner);
        var bytes = RunnerDialect.Chunked(
            dialect.Delta("I'm"), RunnerDialect.ToolCall(runner, arguments), dialect.End, "");
        await using var server = new RawServer(dialect.Lists, bytes, holds: false);
        using var serving = dialect.Runner(server.Address);
        using var book = Book(serving);
        return await new AnswerDesk.Reader(Ask(book)).ToEnd();
    }

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    private static Answer Ask(AnswerBook book) => Assert.IsType<AnswerStart.Accepted>(book.Start(
        AnswerDesk.Phone, "c1", new RunnerChat("m", [new RunnerMessage("user", "hello")]), streamed: true)).Answer;

    private AnswerBook Book(IModelRunner runner)
    {
        var options = new RunnerOptions();
        var work = new ChatWork(
            runner, new ModelCatalog(runner, options), options, _time, NullLogger<ChatWork>.Instance);
        return new AnswerBook(options, work, _time);
    }

    /// <summary>Takes no connection and refuses none: what the network says when the time for one is over.</summary>
    private sealed class SleepingMachine : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromException<HttpResponseMessage>(
                new TaskCanceledException("A connection could not be established.", new TimeoutException()));
    }
}
