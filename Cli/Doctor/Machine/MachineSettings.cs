using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using QuicPair.Client;
using QuicPair.Client.Store;
using QuicPair.Cluster;
using QuicPair.Rtc.Sockets;
using QuicPair.SignalingApi;
using QuicPair.SignalingApi.Limits;
using QuicPair.SignalingApi.Telemetry;
using QuicPair.Silo;
using QuicPair.Silo.Hosting;
using QuicPair.Silo.Runners;
using QuicPair.Silo.Runners.Ollama;

namespace QuicPair.Cli.Doctor.Machine;

/// <summary>What the checks of this machine go by: its settings and its data folder.</summary>
internal sealed record MachineSettings
{
    /// <summary>The data folder.</summary>
    public required string Home { get; init; }

    /// <summary>What is wrong with the settings; null when they can be used.</summary>
    public string? Problem { get; init; }

    /// <summary>Where the runner should be; null when the settings do not say.</summary>
    public Uri? Runner { get; init; }

    /// <summary>Whether another runner than Ollama is chosen.</summary>
    public bool HasOtherRunner { get; init; }

    /// <summary>What is looked for where no Ollama answers; null when nothing is.</summary>
    public RunnerOptions? Automatic { get; init; }

    /// <summary>The model that is used by default; empty is the first.</summary>
    public string Model { get; init; } = "";

    /// <summary>Whether this Mac is in local mode.</summary>
    public bool IsLocalOnly { get; init; }

    /// <summary>
    /// The front doors that this machine's phones use, as a Mac or as a phone; in local mode those of this network.
    /// </summary>
    public IReadOnlyList<Uri> FrontDoors { get; init; } = [];

    /// <summary>The household that this Mac is one of.</summary>
    public HouseholdOptions Household { get; init; } = new();

    /// <summary>Reads them as <c>quicpair up</c> with these words would.</summary>
    public static MachineSettings Read(string[] words, string home, Func<string, string?> environment)
    {
        var settings = new MachineSettings { Home = home };
        try
        {
            var configuration = Daemon.Configuration(words, home);
            var mac = MacSettings.Read(configuration);
            var address = MacParts.OllamaOf(mac.Runner, environment);
            var hasAddress = OllamaAddress.TryParse(address, out var runner);
            settings = settings with
            {
                Problem = hasAddress ? null : $"'{address}' is not the address of an Ollama.",
                Runner = runner,
                HasOtherRunner = mac.Runner.Kind is not ("auto" or "ollama"),
                Automatic = mac.Runner.Kind == "auto" ? mac.Runner : null,
                Model = mac.Runner.Model,
                Household = Daemon.Household(configuration, home),
                IsLocalOnly = mac.LocalOnly,
                FrontDoors =
                [
                    .. Doors(configuration["FrontDoor:PublicUrl"], home)
                        .Where(door => !mac.LocalOnly || LocalNetwork.ContainsHost(door.Host)),
                ],
            };
            CheckStart(configuration, mac.Runner, settings);
            return settings;
        }
        catch (Exception problem) when (problem is ValidationException or InvalidDataException or FormatException
            or InvalidOperationException or StartupException)
        {
            return settings with { Problem = problem.Message, Automatic = null };
        }
    }

    /// <summary>What a start looks at beside the Mac's own sections.</summary>
    /// <exception cref="ValidationException">A setting is wrong.</exception>
    /// <exception cref="StartupException">An address is none, or leads outside in local mode.</exception>
    private static void CheckStart(IConfiguration configuration, RunnerOptions runner, MachineSettings settings)
    {
        MacParts.CheckRunner(runner);
        CheckSection<FrontDoorOptions>(configuration, FrontDoorOptions.Section);
        CheckSection<LimitOptions>(configuration, LimitOptions.Section);
        CheckSection<TelemetryOptions>(configuration, TelemetryOptions.Section);
        if (settings.Runner is { } ollama) LocalMode.Check(configuration, ollama, runner);
        LocalMode.Check(configuration, settings.Household);
    }

    private static void CheckSection<T>(IConfiguration configuration, string name)
        where T : class, new()
    {
        var section = new T();
        configuration.GetSection(name).Bind(section);
        Validator.ValidateObject(section, new ValidationContext(section), validateAllProperties: true);
    }

    private static HashSet<Uri> Doors(string? configured, string home)
    {
        var doors = new HashSet<Uri>();
        if (Uri.TryCreate(configured, UriKind.Absolute, out var own))
        {
            doors.Add(own);
        }

        try
        {
            var pairings = new PairingStore(DataFolder.PairingsFile(home)).Load();
            doors.UnionWith(pairings.Select(pairing => new Uri(pairing.Origin)));
        }
        catch (PairingStoreException)
        {
            // The check of the files says so.
        }

        return doors;
    }
}
