using System.Net;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using QuicPair.Cluster;
using QuicPair.Cluster.Certificates;
using QuicPair.Cluster.Door;
using QuicPair.Cluster.Storage;
using QuicPair.Cluster.Supervision;
using QuicPair.Grains.Interfaces;
using QuicPair.Grains.Ports;
using QuicPair.SignalingApi;
using QuicPair.SignalingApi.Telemetry;
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

    private readonly string[] _args;
    private readonly DataFolder _folder;
    private readonly EndSignals _signals;
    private bool _isDown;

    private Daemon(string[] args, DataFolder folder, EndSignals signals, MacParts mac, WebApplication app)
    {
        _args = args;
        _folder = folder;
        _signals = signals;
        Mac = mac;
        App = app;
    }

    /// <summary>What belongs to the process.</summary>
    public MacParts Mac { get; }

    /// <summary>The front door and the silo; another one after a silo that could not go on.</summary>
    public WebApplication App { get; private set; }

    /// <summary>Starts everything.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="environment">The environment.</param>
    /// <param name="signals">What asks the process to end; null for its real signals.</param>
    /// <exception cref="StartupException">It cannot start.</exception>
    /// <exception cref="StartInterruptedException">It was told to stop meanwhile.</exception>
    public static async Task<Daemon> Start(
        string[] args, Func<string, string?> environment, EndSignals? signals = null)
    {
        var folder = DataFolder.Open(DataFolder.Locate(environment));
        signals ??= new EndSignals(TimeProvider.System);
        MacParts? mac = null;
        try
        {
            HouseholdDraft.Resume(HouseholdFolder.Of(folder));
            var builder = Configure(args, folder.Path);
            mac = MacParts.Make(builder.Configuration, folder, environment);
            await mac.Runner.Probe(signals.Asked);
            var app = await Launch(args, builder, mac, folder, signals, LaunchProblem.PassesAtFirst);
            return new Daemon(args, folder, signals, mac, app);
        }
        catch (Exception problem)
        {
            if (mac is not null) await mac.DisposeAsync();
            folder.Dispose();
            signals.Dispose();
            if (signals.Asked.IsCancellationRequested)
            {
                throw new StartInterruptedException(isSiloFailure: false, problem);
            }

            if (LaunchProblem.Sentence(problem) is { } sentence) throw new StartupException(sentence, problem);
            throw;
        }
    }

    /// <summary>
    /// Runs until the process is asked to end. A silo that cannot go on is replaced together with its front door; the
    /// phones' connections, the answers and the keys stay.
    /// </summary>
    /// <exception cref="StartupException">It cannot go on.</exception>
    public async Task WaitForShutdown()
    {
        while (await IsToBeReplaced())
        {
            _isDown = true;
            await App.DisposeAsync();
            if (await LaunchAgain() is not { } app)
            {
                await Drain();
                return;
            }

            (App, _isDown) = (app, false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Mac.Phones.DisposeAsync();
        if (!_isDown) await Stop(App);
        await Mac.DisposeAsync();
        _folder.Dispose();
        _signals.Dispose();
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

    /// <summary>
    /// Waits until the host has ended. Before the process ends, new phones are turned away and running answers may
    /// finish; a silo that fails in the meantime is not replaced.
    /// </summary>
    private async Task<bool> IsToBeReplaced()
    {
        var silo = App.Services.GetRequiredService<SiloFailure>();
        await using var asked = _signals.Asked.Register(App.Lifetime.StopApplication);
        var failure = await App.Stopping();
        var failedFirst = silo.HasFailed;
        if (!failedFirst) await Drain();
        var disorder = await App.EndInOrder();
        if (App.Services.GetRequiredService<IdentityWatch>().Other is { } other) throw Copied(other);
        if (failedFirst) return true;

        // What cannot go on need not stop in order.
        var sentence = failure ?? (silo.HasFailed ? null : disorder);
        if (sentence is null && !silo.HasFailed) return false;
        _isDown = true;
        await App.DisposeAsync();
        if (sentence is not null) throw new StartupException(sentence);
        return false;
    }

    private Task Drain() =>
        Drainage.Finish(Mac.Phones, () => Mac.Answers.Running + Mac.Answers.Waiting, DrainLimit);

    /// <summary>Starts another silo; null when the process was asked to end meanwhile.</summary>
    private async Task<WebApplication?> LaunchAgain()
    {
        try
        {
            return await Launch(_args, null, Mac, _folder, _signals, LaunchProblem.Passes);
        }
        catch (StartInterruptedException asked) when (!asked.IsSiloFailure)
        {
            return null;
        }
        catch (Exception problem) when (LaunchProblem.Sentence(problem) is { } sentence)
        {
            throw new StartupException(sentence, problem);
        }
    }

    /// <summary>Starts a host, and tries again as long as the cause why it cannot may pass.</summary>
    /// <param name="args">The arguments, which are read at each try.</param>
    /// <param name="first">What was read of them already, for the first try.</param>
    /// <param name="mac">What belongs to the process.</param>
    /// <param name="folder">The data folder.</param>
    /// <param name="signals">What asks the process to end.</param>
    /// <param name="passes">What is waited for, in one sentence; null for a cause that lasts.</param>
    /// <exception cref="StartInterruptedException">It was told to stop meanwhile.</exception>
    private static async Task<WebApplication> Launch(
        string[] args, WebApplicationBuilder? first, MacParts mac, DataFolder folder, EndSignals signals,
        Func<Exception, string?> passes)
    {
        var wait = new LaunchWait(TimeProvider.System, Console.Error);
        var builder = first;
        string? cause = null;
        while (true)
        {
            try
            {
                if (cause is not null) await wait.Next(cause, signals.Asked);
                signals.Asked.ThrowIfCancellationRequested();
                return await Launch(builder ?? Configure(args, folder.Path), mac, folder, signals);
            }
            catch (Exception problem) when (signals.Asked.IsCancellationRequested)
            {
                throw new StartInterruptedException(isSiloFailure: false, problem);
            }
            catch (Exception problem) when (passes(problem) is { } sentence)
            {
                (cause, builder) = (sentence, null);
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

    private static async Task<WebApplication> Launch(
        WebApplicationBuilder builder, MacParts mac, DataFolder folder, EndSignals signals)
    {
        var household = Household(builder.Configuration, folder.Path);
        LocalMode.Check(builder.Configuration, household);
        var link = DoorLink.Open(household, TimeProvider.System);
        try
        {
            // A database that is silent keeps nobody who asks to end: what waits for it is left as it is.
            await RefuseCopies(household, mac).WaitAsync(signals.Asked);
            await Expulsions.Learn(household).WaitAsync(signals.Asked);
            await Task.Run(() => AddMac(builder, mac, folder, household, link)).WaitAsync(signals.Asked);
            return await Launch(builder, mac, signals);
        }
        catch
        {
            if (link is not null) await link.DisposeAsync();
            throw;
        }
    }

    private static async Task<WebApplication> Launch(
        WebApplicationBuilder builder, MacParts mac, EndSignals signals)
    {
        var app = builder.Build();
        mac.UseLoggers(app.Services.GetRequiredService<ILoggerFactory>());
        app.MapSignaling();
        try
        {
            await signals.Start(app);
            mac.UseFrontDoor(app.Urls, app.Services.GetRequiredService<IOptions<FrontDoorOptions>>().Value);
        }
        catch (TimeoutException) when (signals.Asked.IsCancellationRequested)
        {
            // Half a host that does not end is left to the end of its process.
            throw;
        }
        catch (Exception problem) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            var reason = Interruption(app.Services, problem);
            await app.Abandon();
            throw reason;
        }
        catch
        {
            await app.Abandon();
            throw;
        }

        PairingListener.Attach(mac, app.Services.GetRequiredService<IGrainFactory>());
        Attach(mac.Household, app.Services);
        Attach(mac.Vouching, mac.Keys, app.Services);
        return app;
    }

    private static async Task RefuseCopies(HouseholdOptions household, MacParts mac)
    {
        if (await OneIdentity.FindOther(mac.Keys.MacId, household) is { } other)
        {
            throw Copied(other);
        }
    }

    private static StartupException Copied(IPEndPoint other) =>
        new($"A Mac with these keys runs at {other}; one data folder serves one Mac.");

    private static Exception Interruption(IServiceProvider services, Exception cause) =>
        services.GetRequiredService<IdentityWatch>().Other is { } other ? Copied(other)
        : !services.GetRequiredService<SiloFailure>().HasFailed && HostEnd.FailedPart(services) is { } sentence
            ? new StartupException(sentence, cause)
        : new StartInterruptedException(services.GetRequiredService<SiloFailure>().HasFailed, cause);

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
        services.AddSingleton<IdentityWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<IdentityWatch>());
        services.AddHostedService<AddressWatch>();
        services.AddHostedService(found => new MemberMemory(
            mac.Keys,
            found.GetRequiredService<IClusterMembershipService>(),
            found.GetRequiredService<IGrainFactory>().Mac,
            found.GetRequiredService<TimeProvider>()));
        services.AddHostedService(found => new RevocationCarrier(
            mac.Keys,
            found.GetRequiredService<IGrainFactory>().Mac,
            () => ExpelledMembers.In(household.Certificates),
            found.GetRequiredService<TimeProvider>(),
            found.GetRequiredService<ILogger<RevocationCarrier>>()));

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
            silo.AddCallTraces();
        });
    }

    private static void Attach(HouseholdDesk desk, IServiceProvider services)
    {
        desk.Launches++;
        desk.Options = services.GetRequiredService<HouseholdOptions>();
        desk.PublicUrl = services.GetRequiredService<IOptions<FrontDoorOptions>>().Value.PublicUrl;
        desk.Restart = services.GetRequiredService<SiloFailure>().Replace;
        desk.Macs = new MacList(
            services.GetRequiredService<IClusterMembershipService>(), services.GetRequiredService<IGrainFactory>().Mac,
            services.GetRequiredService<TimeProvider>());
    }

    private static void Attach(VouchDesk desk, KeyStore keys, IServiceProvider services)
    {
        var membership = services.GetRequiredService<IClusterMembershipService>();
        var grains = services.GetRequiredService<IGrainFactory>();
        desk.Others = () => MacList.Here(membership);
        desk.Find = grains.Mac;
        keys.Macs = () => MacList.Macs(membership.CurrentSnapshot).Select(member => member.Name);
    }

    private static async Task Stop(WebApplication app)
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }
}
