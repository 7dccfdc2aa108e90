using Microsoft.Extensions.Time.Testing;
using QuicPair.Silo.Runners;

namespace QuicPair.Silo.Tests.Runners;

public sealed class ServingRunnerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Takes_ollama_when_it_answers()
    {
        await using var ollama = await FakeOllama.Start(FakeOllama.Lines(FakeOllama.Done()));
        using var runner = new ServingRunner(new RunnerOptions(), ollama.Address, TimeProvider.System);

        await runner.Probe(Cancellation);

        Assert.Equal($"Ollama 0.12.3 at {ollama.Address.Authority}", runner.Description);
    }

    [Fact]
    public async Task Finds_an_ollama_that_was_started_later_and_keeps_it()
    {
        var ollama = await FakeOllama.Start(FakeOllama.Lines());
        var address = ollama.Address;
        await ollama.DisposeAsync();
        var time = new FakeTimeProvider();
        using var runner = new ServingRunner(new RunnerOptions(), address, time);
        await runner.Probe(Cancellation);
        Assert.True(runner.IsBuiltIn);
        Assert.Equal("built-in", Assert.Single(await runner.List(Cancellation)).Name);

        await using var later = await RestartAt(address);
        time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal("qwen", Assert.Single(await runner.List(Cancellation)).Name);
        await later.DisposeAsync();
        var problem = await Assert.ThrowsAsync<RunnerException>(() => runner.List(Cancellation));
        Assert.Equal(RunnerFault.Unreachable, problem.Fault);
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

    private static Task<FakeOllama> RestartAt(Uri address) => FakeOllama.Start(
        FakeOllama.Lines(),
        FakeOllama.Models(FakeOllama.Model("qwen")),
        at: address);
}
