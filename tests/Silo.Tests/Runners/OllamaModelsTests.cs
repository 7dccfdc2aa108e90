using QuicPair.Silo.Runners;
using QuicPair.Silo.Runners.Ollama;

namespace QuicPair.Silo.Tests.Runners;

public sealed class OllamaModelsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pulls_with_progress()
    {
        await using var ollama = await FakeOllama.Start(FakeOllama.Lines(
            """{"status":"pulling manifest"}""",
            """{"status":"pulling aabb","digest":"sha256:aabb","total":1000,"completed":10}""",
            """{"status":"success"}"""));
        using var runner = new OllamaRunner(ollama.Address);

        Assert.Equal(
            [
                new PullProgress("pulling manifest", null, null), new PullProgress("pulling aabb", 10, 1000),
                new PullProgress("success", null, null),
            ],
            await Pull(runner));
        Assert.Contains("\"m\"", ollama.LastBody, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"error":"pull model manifest: file does not exist"}""",
        "Ollama says: pull model manifest: file does not exist")]
    [InlineData("""{"status":"verifying sha256 digest"}""", "Ollama broke off the answer.")]
    public async Task A_pull_that_ends_without_success_is_a_failure(string last, string sentence)
    {
        await using var ollama = await FakeOllama.Start(FakeOllama.Lines("""{"status":"pulling manifest"}""", last));
        using var runner = new OllamaRunner(ollama.Address);

        Assert.Equal(sentence, (await Assert.ThrowsAsync<RunnerException>(() => Pull(runner))).Message);
    }

    [Fact]
    public async Task Shows_what_is_known()
    {
        await using var ollama = await FakeOllama.Start(FakeOllama.Json(
            """{"parameters":"stop \"x\"","template":"{{ .Prompt }}","system":"s","capabilities":["completion"],"""
            + """ "details":{"family":"qwen2","format":"gguf","parameter_size":"3.1B","quantization_level":"Q4_K_M"},"""
            + """ "model_info":{"general.architecture":"qwen2","qwen2.context_length":32768,"""
            + "\"qwen2.embedding_length\":2048}}"));
        using var runner = new OllamaRunner(ollama.Address);

        var details = await runner.Show("m", Cancellation);

        Assert.Equal(
            ("qwen2", "gguf", "3.1B", "Q4_K_M", 32768L, 2048L, "stop \"x\"", "{{ .Prompt }}", "s"),
            (details.Family, details.Format, details.ParameterSize, details.Quantization, details.ContextLength,
                details.EmbeddingLength, details.Parameters, details.Template, details.System));
    }

    [Fact]
    public async Task Embeds_and_refuses_what_does_not_fit()
    {
        await using var ollama = await FakeOllama.Start(
            FakeOllama.Json("""{"model":"m","embeddings":[[1,-0.5],[0,2]],"prompt_eval_count":3}"""));
        using var runner = new OllamaRunner(ollama.Address);

        var embeddings = await runner.Embed("m", ["a", "b"], 2, Cancellation);

        Assert.Equal(3, embeddings.Tokens);
        Assert.Equal([1f, -0.5f], embeddings.Vectors[0]);
        Assert.Contains("\"dimensions\":2", ollama.LastBody, StringComparison.Ordinal);
        await Assert.ThrowsAsync<RunnerException>(() => runner.Embed("m", ["a"], null, Cancellation));
    }

    [Fact]
    public async Task Tells_what_is_in_memory()
    {
        await using var ollama = await FakeOllama.Start(
            FakeOllama.Lines(),
            running: FakeOllama.Models(FakeOllama.Model(
                "m", 5, ""","size_vram":4,"context_length":4096,"expires_at":"2026-01-01T00:00:00Z" """)));
        using var runner = new OllamaRunner(ollama.Address);

        var model = Assert.Single(await runner.Running(Cancellation));

        Assert.Equal(
            ("m", 5L, 4L, 4096L, 1767225600L),
            (model.Name, model.Size, model.VideoMemory, model.ContextLength, model.Until));
    }

    [Theory]
    [InlineData("""{"models":[null,{"size":1},{"name":"m","size":-1}]}""", """{"models":[null,{"model":"x"}]}""")]
    [InlineData("""{"models":[{"name":"m"}]}""", """{"models":null}""")]
    public async Task What_is_missing_in_a_list_is_absent(string tags, string running)
    {
        await using var ollama = await FakeOllama.Start(FakeOllama.Lines(), tags, running);
        using var runner = new OllamaRunner(ollama.Address);

        var model = Assert.Single(await runner.List(Cancellation));

        Assert.Equal(("m", 0L, false), (model.Name, model.SizeBytes, model.Loaded));
        Assert.Null(model.Modified);
        Assert.Empty(await runner.Running(Cancellation));
    }

    [Fact]
    public async Task A_model_in_memory_without_a_time_to_leave_has_none()
    {
        await using var ollama = await FakeOllama.Start(FakeOllama.Lines(), running: """{"models":[{"name":"m"}]}""");
        using var runner = new OllamaRunner(ollama.Address);

        Assert.Null(Assert.Single(await runner.Running(Cancellation)).Until);
    }

    [Fact]
    public async Task A_list_that_is_none_is_a_failure()
    {
        await using var ollama = await FakeOllama.Start(FakeOllama.Json("null"), running: "null");
        using var runner = new OllamaRunner(ollama.Address);

        await Assert.ThrowsAsync<RunnerException>(() => runner.Running(Cancellation));
        await Assert.ThrowsAsync<RunnerException>(() => runner.List(Cancellation));
        await Assert.ThrowsAsync<RunnerException>(() => runner.Show("m", Cancellation));
        await Assert.ThrowsAsync<RunnerException>(() => runner.Embed("m", ["a"], null, Cancellation));
    }

    private static async Task<List<PullProgress>> Pull(OllamaRunner runner)
    {
        var steps = new List<PullProgress>();
        await foreach (var step in runner.Pull("m", Cancellation)) steps.Add(step);
        return steps;
    }
}
