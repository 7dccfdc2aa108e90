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

    [Fact]
    public async Task A_runner_that_says_nothing_is_silent_after_five_seconds_and_asked_again()
    {
        var never = new TaskCompletionSource();
        var runner = new ScriptedRunner { Listing = never.Task };
        var models = new ModelCatalog(runner, new RunnerOptions());
        var time = new FakeTimeProvider();
        using var watch = new RunnerWatch(runner, models, time, NullLogger<RunnerWatch>.Instance);
        await watch.StartAsync(Cancellation);
        await runner.Listed();
        Assert.False(models.IsSilent);

        time.Advance(TimeSpan.FromSeconds(5));
        time.Advance(RunnerWatch.Interval);
        await runner.Listed();
        Assert.True(models.IsSilent);
        await watch.StopAsync(Cancellation);
    }

    [Fact]
    public async Task A_runner_that_does_not_list_its_models_is_silent_until_it_does()
    {
        var runner = new ScriptedRunner();
        var models = new ModelCatalog(runner, new RunnerOptions());
        Assert.False(models.IsSilent);

        runner.ListFailure = Failure(nameof(RunnerException));
        await Assert.ThrowsAsync<RunnerException>(() => models.Refresh(Cancellation));
        Assert.True(models.IsSilent);
        Assert.Empty(models.Models);

        runner.ListFailure = null;
        await models.Refresh(Cancellation);
        Assert.False(models.IsSilent);
        Assert.Single(models.Models);
    }

    private static Exception Failure(string name) => name switch
    {
        nameof(RunnerException) => new RunnerException(RunnerFault.Unreachable, "It sleeps."),
        nameof(TaskCanceledException) => new TaskCanceledException("It sleeps.", new TimeoutException()),
        _ => new ArgumentOutOfRangeException(nameof(name)),
    };
}
