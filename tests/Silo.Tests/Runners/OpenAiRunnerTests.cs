using System.Text.Json;
using Microsoft.AspNetCore.Http;
using QuicPair.Silo.Runners;
using QuicPair.Silo.Runners.OpenAi;

namespace QuicPair.Silo.Tests.Runners;

public sealed class OpenAiRunnerTests
{
    private const string Done = "data: [DONE]\n\n";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Streams_thinking_text_tools_and_the_end()
    {
        await using var server = await FakeOpenAi.Start(FakeOpenAi.Events(
            ": still reading\n\n",
            FakeOpenAi.Delta("""{"role":"assistant","content":null,"reasoning_content":"hm"}"""),
            FakeOpenAi.Delta("""{"reasoning":"so"}"""),
            FakeOpenAi.Delta("""{"content":"I'm"}"""),
            FakeOpenAi.Delta("""{"content":" fine"}"""),
            FakeOpenAi.Delta(
                """{"tool_calls":[{"index":0,"id":"x","type":"function","function":{"name":"clock","""
                + """ "arguments":"{\"at\""}}]}"""),
            FakeOpenAi.Delta("""{"tool_calls":[{"index":0,"function":{"arguments":":\"Ü\"}"}}]}"""),
            FakeOpenAi.Finish("tool_calls"),
            FakeOpenAi.Event(
                "[]", ""","usage":{"prompt_tokens":7,"completion_tokens":5,"total_tokens":12},"""
                + "\"timings\":{\"prompt_ms\":20,\"predicted_ms\":500}"),
            Done));
        using var runner = Runner(server);

        var events = await Drain(runner, Chat());

        Assert.Equal(
            [
                new RunnerEvent.Thinking("hm"),
                new RunnerEvent.Thinking("so"),
                new RunnerEvent.Delta("I'm"),
                new RunnerEvent.Delta(" fine"),
                new RunnerEvent.ToolCall("clock", """{"at":"Ü"}"""),
                new RunnerEvent.Finished(
                    HitLimit: false,
                    new RunnerStatistics(
                        Load: null, TimeSpan.FromMilliseconds(20), 5, TimeSpan.FromMilliseconds(500))
                    {
                        PromptTokens = 7,
                    }),
            ],
            events);
    }

    [Fact]
    public async Task Passes_conversation_options_tools_pictures_and_form()
    {
        await using var server = await FakeOpenAi.Start(FakeOpenAi.Events(FakeOpenAi.Finish("length"), Done));
        using var runner = new OpenAiRunner(new Uri(server.Address, "v1"), "key", TimeProvider.System);
        var chat = new RunnerChat(
            "m",
            [
                new RunnerMessage("system", "Be brief."),
                new RunnerMessage("user", "What is this?") { Images = ["iVBORw0KGgo="] },
                new RunnerMessage("assistant", "") { ToolCalls = [new RunnerEvent.ToolCall("look", """{"x":1}""")] },
                new RunnerMessage("tool", "a cat") { ToolName = "look" },
            ])
        {
            Options = new SamplingOptions { MaxTokens = 9, TopK = 40, Temperature = 0.5, Seed = 42, Stop = ["END"] },
            Think = "false",
            Format = JsonElement.Parse("""{"type":"object"}"""),
            Tools =
            [
                JsonElement.Parse(
                    """{"type":"function","function":{"name":"look","parameters":{"type":"object"}}}"""),
            ],
        };

        var events = await Drain(runner, chat);

        Assert.True(Assert.IsType<RunnerEvent.Finished>(Assert.Single(events)).HitLimit);
        Assert.Equal("Bearer key", server.LastKey);
        using var body = JsonDocument.Parse(server.LastBody);
        var root = body.RootElement;
        Assert.Equal(
            ("m", 9, 40, 0.5, 42, "END", false, "json_schema", "look", true),
            (root.GetProperty("model").GetString(), root.GetProperty("max_tokens").GetInt32(),
                root.GetProperty("top_k").GetInt32(), root.GetProperty("temperature").GetDouble(),
                root.GetProperty("seed").GetInt32(), root.GetProperty("stop")[0].GetString(),
                root.GetProperty("chat_template_kwargs").GetProperty("enable_thinking").GetBoolean(),
                root.GetProperty("response_format").GetProperty("type").GetString(),
                root.GetProperty("tools")[0].GetProperty("function").GetProperty("name").GetString(),
                root.GetProperty("stream_options").GetProperty("include_usage").GetBoolean()));
        var messages = root.GetProperty("messages");
        Assert.Equal("data:image/png;base64,iVBORw0KGgo=",
            messages[1].GetProperty("content")[1].GetProperty("image_url").GetProperty("url").GetString());
        var call = messages[2].GetProperty("tool_calls")[0];
        Assert.Equal("look", call.GetProperty("function").GetProperty("name").GetString());
        Assert.Equal(call.GetProperty("id").GetString(), messages[3].GetProperty("tool_call_id").GetString());
        Assert.Equal("a cat", messages[3].GetProperty("content").GetString());
    }

    [Fact]
    public async Task Results_of_one_tool_answer_its_calls_in_order_and_none_that_the_user_spoke_over()
    {
        await using var server = await FakeOpenAi.Start(FakeOpenAi.Events(FakeOpenAi.Finish("stop"), Done));
        using var runner = new OpenAiRunner(new Uri(server.Address, "v1"), "key", TimeProvider.System);
        var look = new RunnerEvent.ToolCall("look", "{}");
        var chat = new RunnerChat(
            "m",
            [
                new RunnerMessage("assistant", "") { ToolCalls = [look] },
                new RunnerMessage("user", "Never mind. And these?"),
                new RunnerMessage("assistant", "") { ToolCalls = [look, look] },
                new RunnerMessage("tool", "a cat") { ToolName = "look" },
                new RunnerMessage("tool", "a dog") { ToolName = "look" },
            ]);

        await Drain(runner, chat);

        using var body = JsonDocument.Parse(server.LastBody);
        var messages = body.RootElement.GetProperty("messages");
        var calls = messages[2].GetProperty("tool_calls").EnumerateArray().Select(call => call.GetProperty("id"));
        var answered = messages.EnumerateArray().Skip(3).Select(result => result.GetProperty("tool_call_id"));
        Assert.Equal(calls.Select(id => id.GetString()), answered.Select(id => id.GetString()));
    }

    [Theory]
    [InlineData(404, """{"error":{"message":"model 'm' not found"}}""", nameof(RunnerFault.ModelNotFound),
        "llama-server says: model 'm' not found")]
    [InlineData(503, """{"error":"Loading model"}""", nameof(RunnerFault.Failed), "llama-server says: Loading model")]
    [InlineData(500, "<html>", nameof(RunnerFault.Failed), "llama-server answered 500.")]
    [InlineData(400, """{"error":{"message":"tools need --jinja"}}""", nameof(RunnerFault.BadRequest),
        "llama-server says: tools need --jinja")]
    [InlineData(400, "<html>", nameof(RunnerFault.BadRequest), "llama-server answered 400.")]
    public async Task Keeps_the_body_of_a_refusal(int status, string body, string fault, string message)
    {
        await using var server = await FakeOpenAi.Start(context =>
        {
            context.Response.StatusCode = status;
            return context.Response.WriteAsync(body);
        });
        using var runner = Runner(server);
        Assert.True(await runner.Probe(Cancellation));

        var problem = await Assert.ThrowsAsync<RunnerException>(() => Drain(runner, Chat()));

        Assert.Equal((fault, message), (problem.Fault.ToString(), problem.Message));
    }

    [Fact]
    public async Task Cancelling_ends_a_silent_stream_and_the_request()
    {
        await using var server = await FakeOpenAi.Start(async context =>
        {
            await FakeOpenAi.Events(FakeOpenAi.Delta("""{"content":"I'm"}"""))(context);
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        using var runner = Runner(server);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in runner.Chat(Chat(), stop.Token)) await stop.CancelAsync();
        });

        await server.Aborted.Task.WaitAsync(Cancellation);
    }

    [Fact]
    public async Task Lists_models_says_who_serves_and_what_it_knows()
    {
        await using var server = await FakeOpenAi.Start(FakeOpenAi.Events(Done));
        using var runner = Runner(server);

        Assert.Equal("m", Assert.Single(await runner.List(Cancellation)).Name);
        Assert.Equal("m", Assert.Single(await runner.Running(Cancellation)).Name);
        Assert.Equal(4096, (await runner.Show("m", Cancellation)).ContextLength);
        Assert.Equal($"llama-server at {server.Address.Authority}", runner.Description);
        var problem = await Assert.ThrowsAsync<RunnerException>(() => runner.Load("other", Cancellation));
        Assert.Equal(RunnerFault.ModelNotFound, problem.Fault);
    }

    [Fact]
    public async Task Something_else_on_the_port_is_not_taken_for_a_runner()
    {
        await using var server = await FakeOpenAi.Start(FakeOpenAi.Events(), models: """{"hello":1}""");
        using var runner = Runner(server);

        Assert.False(await runner.Probe(Cancellation));
    }

    [Fact]
    public async Task Embeds()
    {
        const string reply = """
            {"object":"list","model":"m","usage":{"prompt_tokens":3,"total_tokens":3},"data":[
            {"object":"embedding","index":0,"embedding":"AACAPwAAAL8="},
            {"object":"embedding","index":1,"embedding":"AAAAAAAAgD8="}]}
            """;
        await using var server = await FakeOpenAi.Start(context =>
        {
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync(reply);
        });
        using var runner = Runner(server);

        var embeddings = await runner.Embed("m", ["a", "b"], null, Cancellation);

        Assert.Equal(3, embeddings.Tokens);
        Assert.Equal([1f, -0.5f], embeddings.Vectors[0]);
        Assert.Equal([0f, 1f], embeddings.Vectors[1]);
        await Assert.ThrowsAsync<RunnerException>(() => runner.Embed("m", ["a"], null, Cancellation));
    }

    private static OpenAiRunner Runner(FakeOpenAi server) => new(server.Address, "", TimeProvider.System);

    private static RunnerChat Chat() => new("m", [new RunnerMessage("user", "hello")]);

    private static async Task<List<RunnerEvent>> Drain(OpenAiRunner runner, RunnerChat chat)
    {
        var events = new List<RunnerEvent>();
        await foreach (var step in runner.Chat(chat, Cancellation)) events.Add(step);
        return events;
    }
}
