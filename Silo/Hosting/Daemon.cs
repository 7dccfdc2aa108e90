using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using QuicPair.Cluster;
using QuicPair.Cluster.Storage;
using QuicPair.Grains.Ports;
using QuicPair.SignalingApi;
using QuicPair.Silo.Control;
using QuicPair.Silo.Keys;

namespace QuicPair.Silo.Hosting;

/// <summary>One Mac in one process: its silo, its phones and the front door.</summary>
internal sealed class Daemon : IAsyncDisposable
{
    private const string Defaults = "QuicPair.Silo.Defaults.silo.json";

    private readonly DataFolder _folder;

    private Daemon(DataFolder folder, MacParts mac, WebApplication app)
    {
        _folder = folder;
        Mac = mac;
        App = app;
    }

    /// <summary>What belongs to the process.</summary>
    public MacParts Mac { get; }

    /// <summary>The front door and the silo.</summary>
    public WebApplication App { get; }

    /// <summary>Starts everything.</summary>
    /// <exception cref="StartupException">It cannot start.</exception>
    public static async Task<Daemon> Start(string[] args, Func<string, string?> environment)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.Configuration.AddEmbeddedDefaults(typeof(Daemon).Assembly, Defaults);
        builder.AddSignaling();
        builder.Services.Configure<ConsoleLoggerOptions>(console =>
            console.LogToStandardErrorThreshold = LogLevel.Trace);
        var folder = DataFolder.Open(DataFolder.Locate(environment));
        MacParts? mac = null;
        WebApplication? app = null;
        try
        {
            mac = MacParts.Make(builder.Configuration, folder, environment);
            AddMac(builder, mac, folder);
            app = builder.Build();
            mac.UseLoggers(app.Services.GetRequiredService<ILoggerFactory>());
            app.MapSignaling();
            await mac.Runner.Probe(CancellationToken.None);
            await app.StartAsync();
            mac.UseFrontDoor(app.Urls, app.Services.GetRequiredService<IOptions<FrontDoorOptions>>().Value);
            PairingListener.Attach(mac, app.Services.GetRequiredService<IGrainFactory>());
            return new Daemon(folder, mac, app);
        }
        catch (Exception problem)
        {
            if (app is not null) await Stop(app);
            if (mac is not null) await mac.DisposeAsync();
            folder.Dispose();
            if (Sentence(problem) is { } sentence) throw new StartupException(sentence, problem);
            throw;
        }
    }

    /// <summary>Runs until the process is asked to end.</summary>
    public Task WaitForShutdown() => App.WaitForShutdownAsync();

    public async ValueTask DisposeAsync()
    {
        await Mac.Phones.DisposeAsync();
        await Stop(App);
        await Mac.DisposeAsync();
        _folder.Dispose();
    }

    private static void AddMac(WebApplicationBuilder builder, MacParts mac, DataFolder folder)
    {
        var services = builder.Services;
        services.AddSingleton<IOfferGate>(mac.Gate);
        services.AddSingleton<IDeviceKeys>(mac.Keys);
        services.AddSingleton<IPeerHost>(mac.Phones);
        services.AddSingleton<IMacStatus>(mac.Status);
        services.AddSingleton(mac);
        services.AddSingleton<DataFolder>(folder);
        services.AddSingleton(mac.Desk);
        services.AddHostedService<ControlSocket>();
        services.AddHostedService<RunnerWatch>();
        services.AddHostedService<PhonesLife>();

        var household = new HouseholdOptions();
        builder.Configuration.GetSection(HouseholdOptions.Section).Bind(household);
        var dashboard = builder.Configuration.GetValue($"{FrontDoorOptions.Section}:Dashboard", true);
        var seal = StateKeyFile.OpenOrCreate(folder.Of("state.key"));
        builder.Host.UseOrleans(silo =>
        {
            silo.UseHousehold(mac.Keys.MacId, household)
                .UseOwnerPlacement()
                .UseSealedSqlite(folder.Of("state.db"), seal);
            if (dashboard) silo.AddSignalingDashboard();
        });
    }

    private static async Task Stop(WebApplication app)
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }

    /// <summary>What a person can do something about, in one sentence.</summary>
    private static string? Sentence(Exception problem) => problem switch
    {
        StartupException or ValidationException or SealedStateException => problem.Message,
        OptionsValidationException invalid => string.Join(' ', invalid.Failures),
        IOException { InnerException: AddressInUseException } =>
            "Another program has the front door's port; end it, or choose another with --urls http://*:8444",
        ProtocolViolationException or UriFormatException or FormatException => problem.Message,
        _ => null,
    };
}
