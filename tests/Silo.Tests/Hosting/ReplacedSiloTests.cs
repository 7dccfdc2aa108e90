using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using QuicPair.Cluster.Supervision;
using QuicPair.Silo.Hosting;
using QuicPair.Silo.Tests.Keys;

namespace QuicPair.Silo.Tests.Hosting;

public sealed class ReplacedSiloTests
{
    private static readonly string[] Arguments =
    [
        "--urls=http://127.0.0.1:0", "--Runner:Kind=built-in", "--Pairing:Show=never",
        "--FrontDoor:Dashboard=false",
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_silo_that_cannot_go_on_is_replaced_in_the_process()
    {
        using var folder = new TemporaryFolder();
        await using var daemon = await Start(folder);
        var (app, mac) = (daemon.App, daemon.Mac);
        var running = daemon.WaitForShutdown();

        app.Services.GetRequiredService<SiloFailure>().OnFatalException(this, "told that it is dead", null);
        while (daemon.App == app)
        {
            await Task.Yield();
        }

        Assert.Same(mac, daemon.Mac);
        Assert.False(running.IsCompleted);
        await IsReady(daemon);
        daemon.App.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        await running;
    }

    private static Task<Daemon> Start(TemporaryFolder folder) =>
        Daemon.Start(Arguments, name => name == "QUICPAIR_HOME" ? folder.Path : null);

    private static async Task IsReady(Daemon daemon)
    {
        using var http = new HttpClient { BaseAddress = new Uri(daemon.App.Urls.Single()) };
        while (!(await http.GetAsync("/readyz", Cancellation)).IsSuccessStatusCode)
        {
            await Task.Yield();
        }
    }
}
