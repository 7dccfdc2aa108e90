using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using QuicPair.Cluster.Supervision;

namespace QuicPair.Silo.Tests.Hosting;

/// <summary>What a process says of its host's end, and what it says when a part of it ended alone.</summary>
public sealed class HostEndTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_part_that_fails_is_named()
    {
        using var host = Build(services => services.AddHostedService<Failing>());
        await host.StartAsync(Cancellation);
        Assert.Null(HostEnd.FailedPart(host.Services));
        host.Services.GetRequiredService<TaskCompletionSource>().SetResult();

        var sentence = await host.Stopping().WaitAsync(Cancellation);

        Assert.Contains($"{nameof(Failing)}: {nameof(InvalidDataException)}", sentence, StringComparison.Ordinal);
        Assert.Null(await host.EndInOrder());
    }

    [Fact]
    public async Task A_part_that_cannot_stop_is_said_and_ends_nothing_else()
    {
        using var host = Build(services => services.AddHostedService<Stubborn>());
        await host.StartAsync(Cancellation);
        var sentence = await host.EndInOrder();
        Assert.Contains(nameof(InvalidDataException), sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_is_asked_to_end_has_nothing_to_say()
    {
        using var host = Build(services => services.AddHostedService<Failing>());
        await host.StartAsync(Cancellation);
        host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        Assert.Null(await host.Stopping().WaitAsync(Cancellation));
        Assert.Null(await host.EndInOrder());
    }

    private static IHost Build(Action<IServiceCollection> add)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(new TaskCompletionSource());
        add(builder.Services);
        return builder.Build();
    }

    private sealed class Failing(TaskCompletionSource told) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await told.Task.WaitAsync(stoppingToken);
            throw new InvalidDataException();
        }
    }

    private sealed class Stubborn : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => throw new InvalidDataException();
    }
}
