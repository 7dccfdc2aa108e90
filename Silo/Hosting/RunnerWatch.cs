using QuicPair.Silo.Runners;

namespace QuicPair.Silo.Hosting;

/// <summary>Keeps the list of models fresh, and says when another runner serves.</summary>
internal sealed partial class RunnerWatch(MacParts mac, ILogger<RunnerWatch> log) : BackgroundService
{
    // Ours: what people see of a Mac is at most this old.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var serving = mac.Runner.Description;
        using var timer = new PeriodicTimer(Interval);
        try
        {
            do
            {
                await Refresh(stoppingToken);
                if (mac.Runner.Description != serving) Serves(serving = mac.Runner.Description);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The daemon stops.
        }
    }

    private async Task Refresh(CancellationToken cancellation)
    {
        try
        {
            await mac.Models.Refresh(cancellation);
        }
        catch (RunnerException problem)
        {
            DoesNotAnswer(problem.Fault);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Models are served by {Runner}.")]
    private partial void Serves(string runner);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The runner does not list its models: {Fault}.")]
    private partial void DoesNotAnswer(RunnerFault fault);
}
