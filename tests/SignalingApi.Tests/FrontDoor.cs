using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
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

    private FrontDoor(WebApplication app, FakeMac mac, CapturedLog log, string folder)
    {
        _app = app;
        _folder = folder;
        Mac = mac;
        Log = log;
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false };
        Http = new HttpClient(handler) { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public HttpClient Http { get; }

    public IServiceProvider Services => _app.Services;

    public IGrainFactory Grains => _app.Services.GetRequiredService<IGrainFactory>();

    internal FakeMac Mac { get; }

    /// <summary>What its process logged.</summary>
    internal CapturedLog Log { get; }

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
        var log = new CapturedLog();
        builder.Logging.AddProvider(log);
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
        var door = new FrontDoor(app, mac, log, folder);
        await door.Until("/readyz", 200);
        return door;
    }

    /// <summary>Gives every stored record the content of one device's, as if somebody had moved rows.</summary>
    internal void Confuse(DeviceId device)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(_folder, "state.db")}");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText =
            "UPDATE OrleansStorage SET PayloadBinary = "
            + "(SELECT PayloadBinary FROM OrleansStorage WHERE GrainIdExtensionString LIKE $device)";
        command.Parameters.AddWithValue("$device", $"%{device}%");
        command.ExecuteNonQuery();
    }

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
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }
}
