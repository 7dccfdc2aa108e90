using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Sockets;
using QuicPair.Protocol;
using QuicPair.Rtc.Sockets;
using QuicPair.SignalingApi;
using QuicPair.Silo.Answers;
using QuicPair.Silo.Audit;
using QuicPair.Silo.Control;
using QuicPair.Silo.Gate;
using QuicPair.Silo.Household;
using QuicPair.Silo.Keys;
using QuicPair.Silo.Pairing;
using QuicPair.Silo.Phones;
using QuicPair.Silo.Requests;
using QuicPair.Silo.Runners;
using QuicPair.Silo.Runners.Ollama;
using QuicPair.Silo.Vouching;

namespace QuicPair.Silo.Hosting;

/// <summary>What belongs to the process and outlives a silo in it: keys, phones, answers, the runner.</summary>
internal sealed class MacParts : IAsyncDisposable
{
    private readonly LateLoggers _loggers;
    private Func<LinkPlaces> _places = () => new(["http://localhost:8443"], ThisNetworkOnly: true);

    private MacParts(MacSettings settings, DataFolder folder, Uri ollama)
    {
        var time = TimeProvider.System;
        _loggers = new LateLoggers();
        Keys = KeyStore.Open(folder, time);
        Keys.Audit = new AuditLog(folder.Of("audit.log"), time, _loggers.For<AuditLog>());
        Keys.Audit.Write(AuditEvent.Started);
        Gate = new OfferGate(Keys, time);
        Runner = new ServingRunner(settings.Runner, ollama, time);
        Models = new ModelCatalog(Runner, settings.Runner);
        Work = new ChatWork(Runner, Models, settings.Runner, time, _loggers.For<ChatWork>());
        Answers = new AnswerBook(settings.Runner, Work, time);
        Confirmations = new OwnerConfirmations(time);
        News = new PairingNews();
        Live = new LivePhones();
        Devices = new DeviceDesk(Keys, device => Live.Find(device) is not null, News, time);
        Answers.Spent = Devices.Spend;
        ModelDesk = new ModelDesk(Runner, Models, settings.Runner, time);
        Vouching = new VouchDesk(Keys, () => Certificates, time);
        var parts = new SessionParts
        {
            Keys = Keys,
            Answers = Answers,
            Requests = new RequestParts(Answers, ModelDesk, Devices) { Vouching = Vouching },
            Confirmations = Confirmations,
            News = News,
            Live = Live,
            Options = settings.Phones,
            MacName = settings.Name,
            Time = time,
        };
        var rtc = StartRtc(settings);
        Phones = new PhoneHost(rtc, Gate, parts, _loggers.For<PhoneHost>());
        rtc.NetworkChanged += Phones.NetworkChanged;
        rtc.SocketFailed += Phones.SocketFailed;
        Devices.CloseRevoked = async device =>
        {
            await Phones.CloseRevoked(device);
            News.Changed(device.Value);
        };
        Vouchers = new VoucherDoor(
            Keys, settings.Name, () => Certificates, settings.AcceptsVouched, Phones, time)
        { Changed = News.Changed };
        Status = new MacStatus(settings.Name, this);
        Inviter = new Inviter(
            Keys, FindPlaces, settings.LocalOnly ? LinkFlags.LocalNetworkOnly : LinkFlags.None);
        Desk = new ControlDesk(Keys, Devices, Inviter, Confirmations, Status, Phones, News, time)
        {
            AskRunner = Status.AskRunner,
        };
        Household = new HouseholdDesk(Keys, settings.Name, folder, Keys.Audit!, time)
        {
            UrlProblem = url => LinkPlacesFinder.Problem(url, settings.LocalOnly),
        };
        Desk.Household = Household.Answer;
        Settings = settings;
    }

    public MacSettings Settings { get; }

    public KeyStore Keys { get; }

    public OfferGate Gate { get; }

    public ServingRunner Runner { get; }

    public ModelCatalog Models { get; }

    public ModelDesk ModelDesk { get; }

    public DeviceDesk Devices { get; }

    public ChatWork Work { get; }

    public AnswerBook Answers { get; }

    public OwnerConfirmations Confirmations { get; }

    public PairingNews News { get; }

    public LivePhones Live { get; }

    public PhoneHost Phones { get; }

    public MacStatus Status { get; }

    public Inviter Inviter { get; }

    public ControlDesk Desk { get; }

    public VouchDesk Vouching { get; }

    public VoucherDoor Vouchers { get; }

    /// <summary>The folder of this member's certificate.</summary>
    public string Certificates { get; set; } = "";

    public HouseholdDesk Household { get; }

    /// <summary>This machine's addresses, as they are whenever a link is made.</summary>
    public Func<List<IPAddress>> Addresses { get; set; } = LinkPlacesFinder.OwnAddresses;

    /// <exception cref="StartupException">A file or a port cannot be used.</exception>
    /// <exception cref="ValidationException">A setting is wrong.</exception>
    public static MacParts Make(
        IConfiguration configuration, DataFolder folder, Func<string, string?> environment)
    {
        var settings = MacSettings.Read(configuration);
        CheckRunner(settings.Runner);
        var named = OllamaOf(settings.Runner, environment);
        if (!OllamaAddress.TryParse(named, out var ollama))
        {
            throw new StartupException($"\"{named}\" is not an address of Ollama (Runner:OllamaUrl or OLLAMA_HOST).");
        }

        LocalMode.Check(configuration, ollama, settings.Runner);

        // A runner at home would take the prompts of such a model out itself.
        if (settings.LocalOnly) settings.Runner.CloudModels = false;
        return new MacParts(settings, folder, ollama);
    }

    public void UseLoggers(ILoggerFactory loggers) => _loggers.Use(loggers);

    /// <summary>The front door listens: its links can be made.</summary>
    /// <exception cref="StartupException">A link cannot name the public URL.</exception>
    public void UseFrontDoor(IEnumerable<string> urls, FrontDoorOptions options)
    {
        if (LinkPlacesFinder.Problem(options.PublicUrl, Settings.LocalOnly) is { } problem)
        {
            throw new StartupException(problem);
        }

        string[] listening = [.. urls];
        _places = () => LinkPlacesFinder.Find(listening, options.PublicUrl, Settings.LocalOnly, Addresses);
    }

    /// <summary>
    /// Where a link of this Mac leads at this moment: a service may start before its network, and a laptop changes it.
    /// </summary>
    public LinkPlaces FindPlaces() => _places();

    public async ValueTask DisposeAsync()
    {
        Household.Dispose();
        await Phones.DisposeAsync();
        Answers.Dispose();
        Runner.Dispose();
        Keys.Dispose();
    }

    /// <summary>Ollama's address as the settings, else the environment, say it; null for its usual one.</summary>
    internal static string? OllamaOf(RunnerOptions runner, Func<string, string?> environment) => runner switch
    {
        { Kind: "ollama", Url.Length: > 0 } => runner.Url,
        { OllamaUrl.Length: > 0 } => runner.OllamaUrl,
        _ => environment("OLLAMA_HOST"),
    };

    /// <exception cref="StartupException">The address of the model server is none.</exception>
    internal static void CheckRunner(RunnerOptions runner)
    {
        if (runner is { Kind: not "ollama", Url.Length: > 0 }
            && !(Uri.TryCreate(runner.Url, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"))
        {
            throw new StartupException($"\"{runner.Url}\" is not an address of a model server (Runner:Url).");
        }
    }

    private static RtcHost StartRtc(MacSettings settings)
    {
        try
        {
            return RtcHost.Start(new RtcHostOptions
            {
                Port = settings.Phones.UdpPort,
                IceServers = settings.IceServers,
                LocalOnly = settings.LocalOnly,
            });
        }
        catch (SocketException problem)
        {
            throw new StartupException($"The UDP port {settings.Phones.UdpPort} for phones cannot be used.", problem);
        }
    }
}
