using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using QuicPair.Cluster;
using QuicPair.Cluster.Storage;
using QuicPair.Grains.Interfaces;
using QuicPair.Grains.Ports;
using QuicPair.Grains.Tests;
using QuicPair.SignalingApi.Fleet;

namespace QuicPair.SignalingApi.Tests;

/// <summary>A front door on a real port of this machine, in the process of a Mac or alone.</summary>
public sealed class FrontDoor : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _folder;

    private FrontDoor(WebApplication app, FakeMac mac, string folder)
    {
        _app = app;
        _folder = folder;
        Mac = mac;
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false };
        Http = new HttpClient(handler) { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public HttpClient Http { get; }

    public IServiceProvider Services => _app.Services;

    public IGrainFactory Grains => _app.Services.GetRequiredService<IGrainFactory>();

    internal FakeMac Mac { get; }

    internal FleetView Fleet => _app.Services.GetRequiredService<FleetView>();

    /// <summary>Starts a front door in a Mac's process.</summary>
    public static Task<FrontDoor> Start(params (string Key, string Value)[] settings) =>
        Start("aaaaaaaaaaaaaaaa", new HouseholdOptions(), settings);

    /// <summary>Starts a front door whose silo has a name and a place in a household.</summary>
    public static async Task<FrontDoor> Start(
        string silo,
        HouseholdOptions household,
        params (string Key, string Value)[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("quicpair-").FullName;
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Urls"] = "http://127.0.0.1:0",
            ["Limits:Burst"] = "100000",
        });
        builder.Configuration.AddInMemoryCollection(
            settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)));
        builder.AddSignaling();
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(Log);
        var mac = new FakeMac(MacId.Parse("aaaaaaaaaaaaaaaa"));
        builder.Services.AddSingleton<IOfferGate>(mac).AddSingleton<IPeerHost>(mac);
        builder.Services.AddSingleton<IDeviceKeys>(mac).AddSingleton<IMacStatus>(mac).AddSingleton<IVouchers>(mac);
        var key = new StateKey(1, RandomNumberGenerator.GetBytes(StateKey.Length));
        builder.UseOrleans(orleans => orleans
            .UseHousehold(silo, household)
            .UseOwnerPlacement()
            .UseSealedSqlite(Path.Combine(folder, "state.db"), key)
            .AddSignalingDashboard());
        var app = builder.Build();
        app.MapSignaling();
        await app.StartAsync();
        var door = new FrontDoor(app, mac, folder);
        await door.Until("/readyz", 200);
        return door;
    }

    internal static CapturedLog Log { get; } = new();

    /// <summary>Asks until the status is as expected; the test's own time limit ends it.</summary>
    public async Task Until(string path, int status)
    {
        while ((int)(await Http.GetAsync(path)).StatusCode != status)
        {
            await Task.Yield();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }
}
