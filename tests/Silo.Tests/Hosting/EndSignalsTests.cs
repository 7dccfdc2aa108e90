using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using QuicPair.Silo.Hosting;

namespace QuicPair.Silo.Tests.Hosting;

public sealed class EndSignalsTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly EndSignals _signals;

    public EndSignalsTests() => _signals = new EndSignals(_time);

    public void Dispose() => _signals.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_start_breaks_off_at_the_end_and_one_that_does_not_is_left(bool heeds)
    {
        var slow = new Slow(heeds);
        using var host = Build(slow);
        var start = _signals.Start(host);
        await slow.Entered;

        _signals.Ask();

        while (!start.IsCompleted)
        {
            if (!heeds) _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        var end = await Assert.ThrowsAnyAsync<Exception>(() => start);
        Assert.Equal(heeds, end is OperationCanceledException);
        Assert.Equal(!heeds, end is TimeoutException);
        var life = host.Services.GetRequiredService<IHostApplicationLifetime>();
        Assert.True(life.ApplicationStopping.IsCancellationRequested);
    }

    [Fact]
    public async Task A_host_that_starts_after_the_end_was_asked_for_does_not_begin()
    {
        var slow = new Slow(heeds: false);
        using var host = Build(slow);
        _signals.Ask();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _signals.Start(host));
        Assert.False(slow.Entered.IsCompleted);
    }

    private static IHost Build(Slow slow)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IHostedService>(slow);
        return builder.Build();
    }

    /// <summary>A part that never starts.</summary>
    private sealed class Slow(bool heeds) : IHostedService
    {
        private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Entered => _entered.Task;

        public Task StartAsync(CancellationToken cancellationToken)
        {
            _entered.SetResult();
            return Task.Delay(Timeout.Infinite, heeds ? cancellationToken : CancellationToken.None);
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
