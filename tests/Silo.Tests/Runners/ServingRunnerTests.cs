using Microsoft.Extensions.Time.Testing;
using QuicPair.Interop.Peers;
using QuicPair.Silo.Runners;

namespace QuicPair.Silo.Tests.Runners;

public sealed class ServingRunnerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Takes_ollama_when_it_answers()
    {
        await using var ollama = await FakeOllama.Start(FakeOllama.Lines(FakeOllama.Done()));
        using var runner = Runner(ollama.Address, []);

        await runner.Probe(Cancellation);

        Assert.Equal($"Ollama 0.12.3 at {ollama.Address.Authority}", runner.Description);
    }

    [Fact]
    public async Task Takes_an_openai_style_server_when_no_ollama_answers()
    {
        await using var server = await FakeOpenAi.Start(FakeOpenAi.Events());
        using var runner = Runner(Nobody(), [server.Address]);

        await runner.Probe(Cancellation);

        Assert.Equal($"llama-server at {server.Address.Authority}", runner.Description);
        Assert.False(runner.IsBuiltIn);
        Assert.Equal("m", Assert.Single(await runner.List(Cancellation)).Name);
    }

    [Fact]
    public async Task Ollama_comes_first_then_the_places_in_their_order()
    {
        await using var ollama = await FakeOllama.Start(FakeOllama.Lines());
        await using var first = await FakeOpenAi.Start(FakeOpenAi.Events(), FakeOpenAi.Models("a", "vllm"));
        await using var second = await FakeOpenAi.Start(FakeOpenAi.Events(), FakeOpenAi.Models("b", "llamacpp"));
        Uri[] places = [Nobody(), first.Address, second.Address];
        using var withOllama = Runner(ollama.Address, places);
        using var without = Runner(Nobody(), places);

        await withOllama.Probe(Cancellation);
        await without.Probe(Cancellation);

        Assert.Equal($"Ollama 0.12.3 at {ollama.Address.Authority}", withOllama.Description);
        Assert.Equal($"vLLM at {first.Address.Authority}", without.Description);
    }

    [Fact]
    public async Task A_place_that_is_named_is_the_only_one()
    {
        await using var usual = await FakeOpenAi.Start(FakeOpenAi.Events());
        await using var named = await FakeOpenAi.Start(FakeOpenAi.Events(), FakeOpenAi.Models("a", "vllm"));
        var options = new RunnerOptions { Url = $"{named.Address}v1" };
        using var runner = new ServingRunner(options, Nobody(), [usual.Address], TimeProvider.System);

        await runner.Probe(Cancellation);

        Assert.Equal($"vLLM at {named.Address.Authority}", runner.Description);
    }

    [Fact]
    public async Task A_place_that_is_silent_or_has_something_else_is_passed_over()
    {
        await using var silent = new RawServer([], [], holds: true);
        await using var other = await FakeOpenAi.Start(FakeOpenAi.Events(), models: """{"hello":1}""");
        await using var server = await FakeOpenAi.Start(FakeOpenAi.Events());
        var time = new FakeTimeProvider();
        using var runner = Runner(Nobody(), [silent.Address, other.Address, server.Address], time);

        var probing = runner.Probe(Cancellation);
        await silent.ChatCame.Task.WaitAsync(Cancellation);
        time.Advance(TimeSpan.FromSeconds(2));
        await probing;

        Assert.Equal($"llama-server at {server.Address.Authority}", runner.Description);
    }

    [Fact]
    public async Task Finds_an_ollama_that_was_started_later_and_keeps_it()
    {
        var address = Nobody();
        var time = new FakeTimeProvider();
        using var runner = Runner(address, [], time);
        await runner.Probe(Cancellation);
        Assert.True(runner.IsBuiltIn);
        Assert.Equal("built-in", Assert.Single(await runner.List(Cancellation)).Name);

        await using var later = await OllamaAt(address);
        time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal("qwen", Assert.Single(await runner.List(Cancellation)).Name);
        await later.DisposeAsync();
        await IsUnreachable(runner);
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("openai")]
    public async Task Finds_a_server_that_was_started_later_at_any_place(string kind)
    {
        var (place, time) = (Nobody(), new FakeTimeProvider());
        using var runner = new ServingRunner(new RunnerOptions { Kind = kind }, Nobody(), [Nobody(), place], time);
        await runner.Probe(Cancellation);

        await using var later = await FakeOpenAi.Start(FakeOpenAi.Events(), at: place);
        time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal("m", Assert.Single(await runner.List(Cancellation)).Name);
        Assert.Equal($"llama-server at {place.Authority}", runner.Description);
    }

    [Fact]
    public async Task A_server_that_died_is_found_again_and_kept_its_place_meanwhile()
    {
        var (ollamas, place, time) = (Nobody(), Nobody(), new FakeTimeProvider());
        var server = await FakeOpenAi.Start(FakeOpenAi.Events(), at: place);
        using var runner = Runner(ollamas, [place], time);
        await runner.Probe(Cancellation);
        await server.DisposeAsync();
        await using var ollama = await OllamaAt(ollamas);
        await IsUnreachable(runner);
        time.Advance(TimeSpan.FromSeconds(59));
        await IsUnreachable(runner);

        await using var again = await FakeOpenAi.Start(
            FakeOpenAi.Events(), FakeOpenAi.Models("another", "llamacpp"), place);

        Assert.Equal("another", Assert.Single(await runner.List(Cancellation)).Name);
        Assert.Equal($"llama-server at {place.Authority}", runner.Description);
    }

    [Fact]
    public async Task A_server_that_is_back_after_more_than_a_minute_keeps_its_place()
    {
        var (ollamas, place, time) = (Nobody(), Nobody(), new FakeTimeProvider());
        var server = await FakeOpenAi.Start(FakeOpenAi.Events(), at: place);
        using var runner = Runner(ollamas, [place], time);
        await runner.Probe(Cancellation);
        await server.DisposeAsync();
        await IsUnreachable(runner);
        time.Advance(TimeSpan.FromMinutes(2));
        await using var ollama = await OllamaAt(ollamas);
        await using var again = await FakeOpenAi.Start(
            FakeOpenAi.Events(), FakeOpenAi.Models("another", "llamacpp"), place);

        Assert.Equal("another", Assert.Single(await runner.List(Cancellation)).Name);
    }

    [Fact]
    public async Task After_a_minute_away_another_runner_serves_and_never_the_built_in_one()
    {
        var (ollamas, place, time) = (Nobody(), Nobody(), new FakeTimeProvider());
        var server = await FakeOpenAi.Start(FakeOpenAi.Events(), at: place);
        using var runner = Runner(ollamas, [place], time);
        await runner.Probe(Cancellation);
        await server.DisposeAsync();
        await IsUnreachable(runner);
        time.Advance(TimeSpan.FromMinutes(1));
        await IsUnreachable(runner);
        Assert.False(runner.IsBuiltIn);

        await using var ollama = await OllamaAt(ollamas);
        time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal("qwen", Assert.Single(await runner.List(Cancellation)).Name);
    }

    [Fact]
    public async Task Says_whether_the_one_that_serves_answers_and_looks_for_no_other()
    {
        var (ollamas, place) = (Nobody(), Nobody());
        var server = await FakeOpenAi.Start(FakeOpenAi.Events(), at: place);
        using var runner = Runner(ollamas, [place]);
        Assert.True(await runner.Answers(Cancellation));
        Assert.True(runner.IsBuiltIn);
        await runner.Probe(Cancellation);
        Assert.True(await runner.Answers(Cancellation));

        await server.DisposeAsync();
        await using var ollama = await OllamaAt(ollamas);

        Assert.False(await runner.Answers(Cancellation));
        Assert.Equal($"llama-server at {place.Authority}", runner.Description);
    }

    [Fact]
    public async Task The_built_in_runner_can_be_chosen_although_ollama_answers()
    {
        await using var ollama = await FakeOllama.Start(FakeOllama.Lines());
        using var runner = new ServingRunner(
            new RunnerOptions { Kind = "built-in" }, ollama.Address, TimeProvider.System);

        await runner.Probe(Cancellation);

        Assert.True(runner.IsBuiltIn);
    }

    /// <summary>A place of this machine where nobody listens.</summary>
    private static Uri Nobody() => new($"http://127.0.0.1:{FreePort.Next()}");

    /// <summary>A runner of kind <c>auto</c>.</summary>
    private static ServingRunner Runner(Uri ollama, IReadOnlyList<Uri> places, TimeProvider? time = null) =>
        new(new RunnerOptions(), ollama, places, time ?? TimeProvider.System);

    private static Task<FakeOllama> OllamaAt(Uri address) => FakeOllama.Start(
        FakeOllama.Lines(), FakeOllama.Models(FakeOllama.Model("qwen")), at: address);

    private static async Task IsUnreachable(ServingRunner runner)
    {
        var problem = await Assert.ThrowsAsync<RunnerException>(() => runner.List(Cancellation));
        Assert.Equal(RunnerFault.Unreachable, problem.Fault);
    }
}
