using QuicPair.EndToEnd;
using Xunit;

namespace QuicPair.Cluster.Tests.Deploy;

/// <summary>Health checks of docker-compose.yml, run as processes of the test.</summary>
internal static class HealthCheck
{
    // Says when something hangs, not how fast it must be.
    private const int Attempts = 1_500;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Runs a check once: its exit code, 0 for a healthy service, and what it said.</summary>
    public static async Task<(int Exit, string Said)> Run(
        string[] check, IReadOnlyDictionary<string, string?>? settings = null, string? folder = null)
    {
        await using var run = ChildProcess.Start(check[0], check[1..], settings, folder);
        run.Input.Close();
        var exit = await run.Exit();
        return (exit, run.Output + run.Errors);
    }

    /// <summary>Runs a check until it finds the service healthy; fails the test when it never does.</summary>
    public static async Task Passes(
        ChildProcess service, string[] check, IReadOnlyDictionary<string, string?>? settings = null,
        string? folder = null)
    {
        using var timer = new PeriodicTimer(Pause);
        var last = "";
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var (exit, said) = await Run(check, settings, folder);
            if (exit == 0) return;
            last = said;
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }

        Assert.Fail($"{last}\n{service.Output}\n{service.Errors}");
    }
}
