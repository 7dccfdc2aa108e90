using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using QuicPair.Cluster;
using QuicPair.Cluster.Certificates;
using QuicPair.Cluster.Supervision;
using QuicPair.Interop.Peers;
using QuicPair.Silo.Hosting;
using QuicPair.Silo.Household;
using QuicPair.Silo.Tests.Keys;

namespace QuicPair.Silo.Tests.Hosting;

public sealed class ReplacedSiloTests : IDisposable
{
    private static readonly string[] Arguments =
    [
        "--urls=http://127.0.0.1:0", "--Runner:Kind=built-in", "--Pairing:Show=never",
        "--FrontDoor:Dashboard=false",
    ];

    private readonly TemporaryFolder _folder = new();
    private readonly EndSignals _signals = new(TimeProvider.System);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string HouseholdPath => _folder.Of(HouseholdFiles.Folder);

    public void Dispose()
    {
        _signals.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_silo_that_cannot_go_on_is_replaced_in_the_process()
    {
        await using var daemon = await Start();
        var (app, mac) = (daemon.App, daemon.Mac);
        var running = daemon.WaitForShutdown();

        Fail(daemon);
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

    [Fact]
    public async Task Who_asks_for_the_end_while_a_silo_fails_gets_it_in_order()
    {
        await using var daemon = await Start();
        daemon.App.Lifetime.ApplicationStopping.Register(_signals.Ask);

        Fail(daemon);

        await EndsUnreplaced(daemon);
        Assert.True(daemon.Mac.Phones.IsDraining);
    }

    [Fact]
    public async Task Who_asks_for_the_end_while_a_new_silo_waits_for_its_database_is_not_kept_waiting()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var daemon = await Start();
        var port = ((IPEndPoint)silent.LocalEndpoint).Port;
        HouseholdFolder.Write(
            HouseholdPath,
            new HouseholdOptions { ConnectionString = $"Host=127.0.0.1;Port={port};Username=nobody;Pooling=false" },
            publicUrl: "");

        Fail(daemon);
        var ended = EndsUnreplaced(daemon);
        using var asking = await silent.AcceptTcpClientAsync(Cancellation);
        _signals.Ask();

        await ended;
        Assert.True(daemon.Mac.Phones.IsDraining);
    }

    [Fact]
    public async Task A_silo_that_fails_while_the_process_ends_is_not_replaced()
    {
        await using var daemon = await Start();
        daemon.App.Lifetime.ApplicationStopped.Register(() => Fail(daemon));

        daemon.App.Lifetime.StopApplication();

        await EndsUnreplaced(daemon);
        Assert.True(daemon.Mac.Phones.IsDraining);
    }

    [Fact]
    public async Task Who_asks_for_the_end_before_the_first_silo_is_up_gets_it_and_nothing_is_left()
    {
        _signals.Ask();
        await Assert.ThrowsAsync<StartInterruptedException>(Start);
        _folder.Open().Dispose();
    }

    [Fact]
    public async Task A_silo_that_can_never_start_again_ends_the_process_with_one_sentence()
    {
        const string Other = "bbbbbbbbbbbbbbbb";
        await using var daemon = await Start();
        using var authority = HouseholdAuthority.Create(TimeProvider.System);
        MemberCertificate.Issue(authority, Other, HouseholdPath);
        HouseholdFolder.Write(HouseholdPath, new HouseholdOptions { Port = FreePort.Next() }, publicUrl: "");

        Fail(daemon);

        var end = await Assert.ThrowsAsync<StartupException>(daemon.WaitForShutdown);
        Assert.StartsWith($"The certificate of {Other}", end.Message, StringComparison.Ordinal);
    }

    private static void Fail(Daemon daemon) => daemon.App.Services.GetRequiredService<SiloFailure>()
        .OnFatalException(null, "told that it is dead", null);

    private static async Task EndsUnreplaced(Daemon daemon)
    {
        var app = daemon.App;
        var running = daemon.WaitForShutdown();
        while (!running.IsCompleted && daemon.App == app)
        {
            await Task.Yield();
        }

        Assert.Same(app, daemon.App);
        await running;
    }

    private static async Task IsReady(Daemon daemon)
    {
        using var http = new HttpClient { BaseAddress = new Uri(daemon.App.Urls.Single()) };
        while (!(await http.GetAsync("/readyz", Cancellation)).IsSuccessStatusCode)
        {
            await Task.Yield();
        }
    }

    private Task<Daemon> Start() =>
        Daemon.Start(Arguments, name => name == "QUICPAIR_HOME" ? _folder.Path : null, _signals);
}
