using System.ComponentModel.DataAnnotations;
using QuicPair.Client;
using QuicPair.Client.Store;
using QuicPair.Cluster;
using QuicPair.Silo.Hosting;
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

    /// <summary>The model that is used by default; empty is the first.</summary>
    public string Model { get; init; } = "";

    /// <summary>The front doors that this machine's phones use, as a Mac or as a phone.</summary>
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
            var address = configuration["Runner:OllamaUrl"] is { Length: > 0 } chosen
                ? chosen
                : environment("OLLAMA_HOST");
            var hasAddress = OllamaAddress.TryParse(address, out var runner);
            return settings with
            {
                Problem = hasAddress ? null : $"'{address}' is not the address of an Ollama.",
                Runner = runner,
                HasOtherRunner = configuration["Runner:Kind"] is not ("auto" or "ollama"),
                Model = mac.Runner.Model ?? "",
                Household = Daemon.Household(configuration, home),
                FrontDoors = [.. Doors(configuration["FrontDoor:PublicUrl"], home)],
            };
        }
        catch (Exception problem) when (
            problem is ValidationException or InvalidDataException or FormatException or InvalidOperationException)
        {
            return settings with { Problem = problem.Message };
        }
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
