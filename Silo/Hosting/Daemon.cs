using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using Npgsql;
using QuicPair.Cluster;
using QuicPair.Cluster.Certificates;
using QuicPair.Cluster.Door;
using QuicPair.Cluster.Storage;
using QuicPair.Cluster.Supervision;
using QuicPair.Grains.Interfaces;
using QuicPair.Grains.Ports;
using QuicPair.SignalingApi;
using QuicPair.Silo.Control;
using QuicPair.Silo.Household;
using QuicPair.Silo.Keys;
using QuicPair.Silo.Vouching;

namespace QuicPair.Silo.Hosting;

/// <summary>One Mac in one process: its silo, its phones and the front door.</summary>
internal sealed class Daemon : IAsyncDisposable
{
    private const string Defaults = "QuicPair.Silo.Defaults.silo.json";

    // Ours: what cannot end in order by then is cut off.
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BetweenLaunches = TimeSpan.FromSeconds(2);

    private readonly string[] _args;
    private readonly DataFolder _folder;
    private bool _isDown;

    private Daemon(string[] args, DataFolder folder, MacParts mac, WebApplication app)
    {
        _args = args;
        _folder = folder;
        Mac = mac;
        App = app;
    }

    /// <summary>What belongs to the process.</summary>
    public MacParts Mac { get; }

    /// <summary>The front door and the silo; another one after a silo that could not go on.</summary>
    public WebApplication App { get; private set; }

    /// <summary>Starts everything.</summary>
    /// <exception cref="StartupException">It cannot start.</exception>
    public static async Task<Daemon> Start(string[] args, Func<string, string?> environment)
    {
        var folder = DataFolder.Open(DataFolder.Locate(environment));
        MacParts? mac = null;
        try
        {
            var builder = Configure(args, folder.Path);
            mac = MacParts.Make(builder.Configuration, folder, environment);
            await mac.Runner.Probe(CancellationToken.None);
            return new Daemon(args, folder, mac, await Launch(builder, mac, folder));
        }
        catch (Exception problem)
        {
            if (mac is not null) await mac.DisposeAsync();
            folder.Dispose();
            if (Sentence(problem) is { } sentence) throw new StartupException(sentence, problem);
            throw;
        }
    }

    /// <summary>
    /// Runs until the process is asked to end. A silo that cannot go on is replaced together with its front door; the
    /// phones' connections, the answers and the keys stay.
    /// </summary>
    public async Task WaitForShutdown()
    {
        await WaitForEnd();
        while (App.Services.GetRequiredService<SiloFailure>().HasFailed)
        {
            _isDown = true;
            await App.DisposeAsync();
            App = await LaunchAgain();
            _isDown = false;
            await WaitForEnd();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Mac.Phones.DisposeAsync();
        if (!_isDown) await Stop(App);
        await Mac.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>The configuration that these arguments and this machine give.</summary>
    public static IConfigurationRoot Configuration(string[] args, string? home = null) =>
        Configure(args, home ?? DataFolder.Locate(Environment.GetEnvironmentVariable)).Configuration;

    /// <summary>The household that a configuration names.</summary>
    public static HouseholdOptions Household(IConfiguration configuration, string home)
    {
        var household = new HouseholdOptions();
        configuration.GetSection(HouseholdOptions.Section).Bind(household);
        if (household.Certificates.Length == 0)
        {
            household.Certificates = Path.Combine(home, HouseholdFiles.Folder);
        }

        return household;
    }

    /// <summary>Before the process ends, new phones are turned away and running answers may finish.</summary>
    private async Task WaitForEnd()
    {
        var life = App.Services.GetRequiredService<IHostApplicationLifetime>();
        var stopping = new TaskCompletionSource();
        await using (life.ApplicationStopping.Register(stopping.SetResult)) await stopping.Task;
        if (!App.Services.GetRequiredService<SiloFailure>().HasFailed)
        {
            await Drainage.Finish(Mac.Phones, () => Mac.Answers.Running + Mac.Answers.Waiting, DrainLimit);
        }

        await App.StopAsync();
    }

    /// <summary>The database may be away while the phones are not: it is waited for.</summary>
    private async Task<WebApplication> LaunchAgain()
    {
        using var timer = new PeriodicTimer(BetweenLaunches);
        while (true)
        {
            try
            {
                return await Launch(Configure(_args, _folder.Path), Mac, _folder);
            }
            catch (NpgsqlException)
            {
                await timer.WaitForNextTickAsync();
            }
            catch (Exception problem) when (Sentence(problem) is not null)
            {
                throw new StartupException(Sentence(problem)!, problem);
            }
        }
    }

    private static WebApplicationBuilder Configure(string[] args, string folder)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.Configuration.AddEmbeddedDefaults(typeof(Daemon).Assembly, Defaults);
        builder.AddSignaling();
        builder.Configuration.AddHousehold(Path.Combine(folder, HouseholdFiles.Folder));
        if (LocalMode.IsOn(builder.Configuration)) builder.WebHost.ConfigureKestrel(LocalMode.Guard);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
        builder.Services.Configure<ConsoleLoggerOptions>(console =>
            console.LogToStandardErrorThreshold = LogLevel.Trace);
        return builder;
    }

    private static async Task<WebApplication> Launch(WebApplicationBuilder builder, MacParts mac, DataFolder folder)
    {
        var household = Household(builder.Configuration, folder.Path);
        LocalMode.Check(builder.Configuration, household);
        var link = DoorLink.Open(household);
        try
        {
            await RefuseCopies(household, mac);
            AddMac(builder, mac, folder, household, link);
            return await Launch(builder, mac);
        }
        catch
        {
            if (link is not null) await link.DisposeAsync();
            throw;
        }
    }

    private static async Task<WebApplication> Launch(WebApplicationBuilder builder, MacParts mac)
    {
        var app = builder.Build();
        mac.UseLoggers(app.Services.GetRequiredService<ILoggerFactory>());
        app.MapSignaling();
        try
        {
            await app.StartAsync();
            mac.UseFrontDoor(app.Urls, app.Services.GetRequiredService<IOptions<FrontDoorOptions>>().Value);
        }
        catch
        {
            await Stop(app);
            throw;
        }

        PairingListener.Attach(mac, app.Services.GetRequiredService<IGrainFactory>());
        Attach(mac.Household, app.Services);
        Attach(mac.Vouching, app.Services);
        return app;
    }

    private static async Task RefuseCopies(HouseholdOptions household, MacParts mac)
    {
        if (await OneIdentity.FindOther(mac.Keys.MacId, household) is { } other)
        {
            throw new StartupException($"A Mac with these keys runs at {other}; one data folder serves one Mac.");
        }
    }

    private static void AddMac(
        WebApplicationBuilder builder, MacParts mac, DataFolder folder, HouseholdOptions household, DoorLink? link)
    {
        var services = builder.Services;
        services.AddSingleton<IOfferGate>(mac.Gate);
        services.AddSingleton<IDeviceKeys>(mac.Keys);
        services.AddSingleton<IPeerHost>(mac.Phones);
        services.AddSingleton<IMacStatus>(mac.Status);
        services.AddSingleton<IVouchers>(mac.Vouchers);
        services.AddSingleton(mac);
        services.AddSingleton<DataFolder>(folder);
        services.AddSingleton(mac.Desk);
        services.AddHostedService<ControlSocket>();
        services.AddHostedService<RunnerWatch>();
        services.AddHostedService<MacMeter>();
        services.AddHostedService<PhonesLife>();
        services.AddHostedService<IdentityWatch>();
        services.AddSingleton(mac.Keys);
        services.AddHostedService<RevocationCarrier>();

        mac.Certificates = household.Certificates;
        services.AddSingleton(household);
        var dashboard = builder.Configuration.GetValue($"{FrontDoorOptions.Section}:Dashboard", true);
        var seal = StateKeyFile.OpenOrCreate(folder.Of("state.key"));
        builder.Host.UseOrleans(silo =>
        {
            silo.UseHousehold(mac.Keys.MacId, household, link)
                .UseOwnerPlacement()
                .UseSealedState(household, folder.Of("state.db"), seal);
            if (dashboard) silo.AddSignalingDashboard();
        });
    }

    private static void Attach(HouseholdDesk desk, IServiceProvider services)
    {
        desk.Launches++;
        desk.Options = services.GetRequiredService<HouseholdOptions>();
        desk.PublicUrl = services.GetRequiredService<IOptions<FrontDoorOptions>>().Value.PublicUrl;
        desk.Restart = services.GetRequiredService<SiloFailure>().Replace;
        desk.Macs = new MacList(
            services.GetRequiredService<IClusterMembershipService>(), services.GetRequiredService<IGrainFactory>());
    }

    private static void Attach(VouchDesk desk, IServiceProvider services)
    {
        var membership = services.GetRequiredService<IClusterMembershipService>();
        var grains = services.GetRequiredService<IGrainFactory>();
        desk.Others = () => MacList.Here(membership);
        desk.Find = grains.Mac;
    }

    private static async Task Stop(WebApplication app)
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }

    /// <summary>What a person can do something about, in one sentence.</summary>
    private static string? Sentence(Exception problem) => problem switch
    {
        StartupException or ValidationException or SealedStateException or SchemaException or CertificateException =>
            problem.Message,
        NpgsqlException => "The household's database (Cluster:ConnectionString) cannot be reached or refuses.",
        OptionsValidationException invalid => string.Join(' ', invalid.Failures),
        IOException { InnerException: AddressInUseException } =>
            "Another program has the front door's port; end it, or choose another with --urls http://*:8444",
        ProtocolViolationException or UriFormatException or FormatException => problem.Message,
        _ => null,
    };
}
