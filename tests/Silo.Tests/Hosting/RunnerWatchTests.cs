using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using QuicPair.Silo.Hosting;
using QuicPair.Silo.Runners;
using QuicPair.Silo.Tests.Answers;

namespace QuicPair.Silo.Tests.Hosting;

public sealed class RunnerWatchTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(nameof(RunnerException))]
    [InlineData(nameof(TaskCanceledException))]
    [InlineData(nameof(ArgumentOutOfRangeException))]
    public async Task Looks_again_after(string failure)
    {
        var runner = new ScriptedRunner { ListFailure = Failure(failure) };
        var models = new ModelCatalog(runner, new RunnerOptions());
        var time = new FakeTimeProvider();
        using var watch = new RunnerWatch(runner, models, time, NullLogger<RunnerWatch>.Instance);
        await watch.StartAsync(Cancellation);
        var looking = watch.ExecuteTask!;
        await runner.Listed();

        time.Advance(RunnerWatch.Interval);
        await runner.Listed();

        Assert.False(looking.IsCompleted);
        await watch.StopAsync(Cancellation);
        Assert.True(looking.IsCompletedSuccessfully);
    }

    private static Exception Failure(string name) => name switch
    {
        nameof(RunnerException) => new RunnerException(RunnerFault.Unreachable, "It sleeps."),
        nameof(TaskCanceledException) => new TaskCanceledException("It sleeps.", new TimeoutException()),
        _ => new ArgumentOutOfRangeException(nameof(name)),
    };
}
