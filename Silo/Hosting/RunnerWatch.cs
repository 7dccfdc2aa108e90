using QuicPair.Silo.Runners;

namespace QuicPair.Silo.Hosting;

/// <summary>Keeps the list of models fresh, and says when another runner serves.</summary>
internal sealed partial class RunnerWatch : BackgroundService
{
    // Ours: what people see of a Mac is at most this old.
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    // Ours: one that lists its models takes milliseconds.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly IModelRunner _runner;
    private readonly ModelCatalog _models;
    private readonly TimeProvider _time;
    private readonly ILogger<RunnerWatch> _log;

    public RunnerWatch(MacParts mac, ILogger<RunnerWatch> log)
        : this(mac.Runner, mac.Models, TimeProvider.System, log)
    {
    }

    internal RunnerWatch(IModelRunner runner, ModelCatalog models, TimeProvider time, ILogger<RunnerWatch> log)
    {
        _runner = runner;
        _models = models;
        _time = time;
        _log = log;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var serving = _runner.Description;
        using var timer = new PeriodicTimer(Interval, _time);
        try
        {
            do
            {
                await Refresh(stoppingToken);
                if (_runner.Description != serving) Serves(serving = _runner.Description);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The daemon stops.
        }
    }

    private async Task Refresh(CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(Patience, _time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
        try
        {
            await _models.Refresh(limit.Token);
        }
        catch (RunnerException problem)
        {
            DoesNotAnswer(problem.Fault);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            _models.MarkSilent();
            DoesNotAnswer(RunnerFault.Unreachable);
        }
        catch (Exception problem) when (
            problem is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            // Whatever a runner does, the phones' Mac outlives it and looks again.
            Breaks(problem.GetType().Name);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Models are served by {Runner}.")]
    private partial void Serves(string runner);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The runner does not list its models: {Fault}.")]
    private partial void DoesNotAnswer(RunnerFault fault);

    [LoggerMessage(Level = LogLevel.Error, Message = "The runner's list of models broke in an unexpected way: {Kind}.")]
    private partial void Breaks(string kind);
}
