using System.Text.Json;
using QuicPair.Silo.Runners;
using QuicPair.Silo.Runners.Ollama;

namespace QuicPair.Silo.Tests.Runners;

public sealed class OllamaRunnerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Streams_thinking_text_tools_and_the_end()
    {
        await using var ollama = await FakeOllama.Start(FakeOllama.Lines(
            FakeOllama.Chunk("""{"role":"assistant","content":"","thinking":"hm"}"""),
            FakeOllama.Delta("I'm"),
            FakeOllama.Delta(" fine"),
            FakeOllama.Chunk(
                """{"content":"","tool_calls":[{"function":{"name":"clock","arguments":{"at":"Ü"}}}]}"""),
            FakeOllama.Done()));
        using var runner = new OllamaRunner(ollama.Address);

        var events = await Drain(runner, Chat());

        Assert.Equal(
            [
                new RunnerEvent.Thinking("hm"),
                new RunnerEvent.Delta("I'm"),
                new RunnerEvent.Delta(" fine"),
                new RunnerEvent.ToolCall("clock", """{"at":"Ü"}"""),
                new RunnerEvent.Finished(
                    HitLimit: false,
                    new RunnerStatistics(
                        TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(2), 4,
                        TimeSpan.FromSeconds(2))
                    {
                        PromptTokens = 3,
                    }),
            ],
            events);
    }

    [Fact]
    public async Task Passes_the_conversation_and_only_the_options_that_are_set()
    {
        await using var ollama = await FakeOllama.Start(FakeOllama.Lines(FakeOllama.Done("length")));
        using var runner = new OllamaRunner(ollama.Address);
        var chat = Chat() with
        {
            Options = new SamplingOptions
            {
                ContextTokens = 4096,
                Temperature = 0.7,
                Seed = 42,
                Stop = ["END"],
            },
            Think = "false",
        };

        var events = await Drain(runner, chat);

        Assert.True(Assert.IsType<RunnerEvent.Finished>(Assert.Single(events)).HitLimit);
        using var body = JsonDocument.Parse(ollama.LastBody);
        Assert.Equal("m", body.RootElement.GetProperty("model").GetString());
        Assert.True(body.RootElement.GetProperty("stream").GetBoolean());
        Assert.False(body.RootElement.GetProperty("think").GetBoolean());
        Assert.Equal(
            """[{"role":"user","content":"hello"}]""", body.RootElement.GetProperty("messages").GetRawText());
        Assert.Equal(
            """{"num_ctx":4096,"temperature":0.7,"seed":42,"stop":["END"]}""",
            body.RootElement.GetProperty("options").GetRawText());
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(2_147_483_647, 2_147_483_647)]
    [InlineData(2_147_483_648, 0)]
    [InlineData(2_147_483_650, 2)]
    [InlineData(9_007_199_254_740_990, 2_147_483_646)]
    public async Task A_seed_too_long_for_ollama_keeps_its_lower_digits(long seed, int expected)
    {
        await using var ollama = await FakeOllama.Start(FakeOllama.Lines(FakeOllama.Done()));
        using var runner = new OllamaRunner(ollama.Address);

        await Drain(runner, Chat() with { Options = new SamplingOptions { Seed = seed } });

        using var body = JsonDocument.Parse(ollama.LastBody);
        Assert.Equal(expected, body.RootElement.GetProperty("options").GetProperty("seed").GetInt32());
    }

    [Theory]
    [InlineData(404, """{"error":"model 'm' not found"}""", nameof(RunnerFault.ModelNotFound),
        "Ollama says: model 'm' not found")]
    [InlineData(503, """{"error":"server busy, please try again"}""", nameof(RunnerFault.Failed),
        "Ollama says: server busy, please try again")]
    [InlineData(500, "<html>", nameof(RunnerFault.Failed), "Ollama answered 500.")]
    [InlineData(400, """{"error":"\"m\" does not support thinking"}""", nameof(RunnerFault.BadRequest),
        "Ollama says: \"m\" does not support thinking")]
    [InlineData(400, "<html>", nameof(RunnerFault.BadRequest), "Ollama does not understand the request.")]
    public async Task Keeps_the_body_of_a_refusal(int status, string body, string fault, string message)
    {
        await using var ollama = await FakeOllama.Start(FakeOllama.Refuse(status, body));
        using var runner = new OllamaRunner(ollama.Address);

        var problem = await Assert.ThrowsAsync<RunnerException>(() => Drain(runner, Chat()));

        Assert.Equal(fault, problem.Fault.ToString());
        Assert.Equal(message, problem.Message);
    }

    [Fact]
    public async Task An_error_line_in_the_middle_of_the_stream_is_a_failure()
    {
        await using var ollama = await FakeOllama.Start(
            FakeOllama.Lines(FakeOllama.Delta("I'm"), """{"error":"CUDA out of memory"}"""));
        using var runner = new OllamaRunner(ollama.Address);
        var events = new List<RunnerEvent>();

        var problem = await Assert.ThrowsAsync<RunnerException>(() => Drain(runner, Chat(), events));

        Assert.Equal(RunnerFault.Failed, problem.Fault);
        Assert.Equal("Ollama says: CUDA out of memory", problem.Message);
        Assert.Equal([new RunnerEvent.Delta("I'm")], events);
    }

    [Fact]
    public async Task A_stream_that_ends_without_done_is_a_failure()
    {
        await using var ollama = await FakeOllama.Start(FakeOllama.Lines(FakeOllama.Delta("I'm")));
        using var runner = new OllamaRunner(ollama.Address);

        var problem = await Assert.ThrowsAsync<RunnerException>(() => Drain(runner, Chat()));

        Assert.Equal(RunnerFault.Failed, problem.Fault);
    }

    [Fact]
    public async Task A_connection_that_breaks_in_the_middle_is_a_failure()
    {
        await using var ollama = await FakeOllama.Start(async context =>
        {
            await FakeOllama.Lines(FakeOllama.Delta("I'm"))(context);
            context.Abort();
        });
        using var runner = new OllamaRunner(ollama.Address);

        var problem = await Assert.ThrowsAsync<RunnerException>(() => Drain(runner, Chat()));

        Assert.Equal(RunnerFault.Failed, problem.Fault);
    }

    [Fact]
    public async Task A_line_that_is_not_json_is_a_failure()
    {
        await using var ollama = await FakeOllama.Start(FakeOllama.Lines("<html>"));
        using var runner = new OllamaRunner(ollama.Address);

        var problem = await Assert.ThrowsAsync<RunnerException>(() => Drain(runner, Chat()));

        Assert.Equal(RunnerFault.Failed, problem.Fault);
    }

    [Fact]
    public async Task Nobody_there_is_unreachable()
    {
        var ollama = await FakeOllama.Start(FakeOllama.Lines());
        var address = ollama.Address;
        await ollama.DisposeAsync();
        using var runner = new OllamaRunner(address);

        var problem = await Assert.ThrowsAsync<RunnerException>(() => Drain(runner, Chat()));

        Assert.Equal(RunnerFault.Unreachable, problem.Fault);
        Assert.False(await runner.Probe(Cancellation));
    }

    [Fact]
    public async Task Cancelling_ends_a_silent_stream_and_the_request()
    {
        await using var ollama = await FakeOllama.Start(async context =>
        {
            await FakeOllama.Lines(FakeOllama.Delta("I'm"))(context);
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        using var runner = new OllamaRunner(ollama.Address);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in runner.Chat(Chat(), stop.Token)) await stop.CancelAsync();
        });

        await ollama.Aborted.Task.WaitAsync(Cancellation);
    }

    [Fact]
    public async Task Lists_models_with_what_the_library_does_not_read()
    {
        await using var ollama = await FakeOllama.Start(
            FakeOllama.Lines(),
            tags: FakeOllama.Models(
                FakeOllama.Model("qwen2.5:3b", 1900, ""","capabilities":["completion","tools"]"""),
                FakeOllama.Model("big-cloud", 1, ""","remote_host":"https://ollama.example","remote_model":"big" """)),
            running: FakeOllama.Models(FakeOllama.Model("qwen2.5:3b", 1900, ""","size_vram":0""")));
        using var runner = new OllamaRunner(ollama.Address);

        var models = await runner.List(Cancellation);

        Assert.Collection(
            models,
            model =>
            {
                Assert.Equal(("qwen2.5:3b", 1900, true, false), (model.Name, model.SizeBytes, model.Loaded,
                    model.Remote));
                Assert.Equal(["completion", "tools"], model.Capabilities);
            },
            model => Assert.Equal(
                ("big-cloud", false, true, "https://ollama.example", "big"),
                (model.Name, model.Loaded, model.Remote, model.RemoteHost, model.RemoteModel)));
    }

    [Fact]
    public async Task Loads_and_unloads_by_a_chat_without_messages()
    {
        await using var ollama = await FakeOllama.Start(FakeOllama.Lines(FakeOllama.Done("load")));
        using var runner = new OllamaRunner(ollama.Address);

        await runner.Load("m", Cancellation);
        Assert.DoesNotContain("keep_alive", ollama.LastBody, StringComparison.Ordinal);

        await runner.Unload("m", Cancellation);
        Assert.Contains("\"keep_alive\":\"0\"", ollama.LastBody, StringComparison.Ordinal);
    }

    private static RunnerChat Chat() => new("m", [new RunnerMessage("user", "hello")]);

    private static async Task<List<RunnerEvent>> Drain(
        OllamaRunner runner, RunnerChat chat, List<RunnerEvent>? events = null)
    {
        events ??= [];
        await foreach (var step in runner.Chat(chat, Cancellation)) events.Add(step);
        return events;
    }
}
