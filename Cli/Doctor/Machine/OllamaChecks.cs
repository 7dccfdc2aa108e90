using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text.Json;
using QuicPair.Protocol.Messages.Models;
using QuicPair.Silo.Runners;

namespace QuicPair.Cli.Doctor.Machine;

/// <summary>Is Ollama there, who else reaches it, and what can it answer with?</summary>
internal sealed class OllamaChecks(MachineSettings settings, Func<IEnumerable<IPAddress>> ownAddresses)
{
    // The first version whose list says what a model can do, which the phones' model picker shows.
    private static readonly Version Wanted = new(0, 6, 4);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Every finding; what needs Ollama is not measured without it.</summary>
    public async Task<IReadOnlyList<Finding>> Run(CancellationToken cancellation)
    {
        if (settings.HasOtherRunner || settings.Runner is not { } address)
        {
            return [.. NotMeasured("Another runner is chosen.")];
        }

        using var http = new HttpClient(RunnerNetwork.Open()) { Timeout = Patience };
        var version = await Get(http, new Uri(address, "api/version"), cancellation);
        if (version is null)
        {
            if (await Other(address, cancellation) is { } other)
            {
                return [.. NotMeasured($"No Ollama answers; {other} does and serves.")];
            }

            return
            [
                new Finding(
                    "ollama",
                    Verdict.Fail,
                    $"Nothing answers at {address.GetLeftPart(UriPartial.Authority)}.",
                    "Start it with: ollama serve (or set Runner:OllamaUrl)"),
                .. NotMeasured("Ollama does not answer.").Skip(1),
            ];
        }

        var tags = await Get(http, new Uri(address, "api/tags"), cancellation);
        var models = Models(tags);
        return
        [
            VersionOf(version.Value),
            await Exposure(http, address, cancellation),
            ModelsOf(models),
            Memory(models, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes),
        ];
    }

    /// <summary>What serves where no Ollama answers, as a start would find it; null when nothing does.</summary>
    private async Task<string?> Other(Uri ollama, CancellationToken cancellation)
    {
        if (settings.Automatic is not { } options) return null;
        using var runner = new ServingRunner(options, ollama, TimeProvider.System);
        await runner.Probe(cancellation);
        return runner.IsBuiltIn ? null : runner.Description;
    }

    /// <summary>Whether the model that would be used fits into this machine.</summary>
    public Finding Memory(IReadOnlyList<(string Name, long Size)> models, long bytes)
    {
        var named = models.Where(
            model => model.Size > 0 && (settings.Model.Length == 0 || Matches(model.Name))).ToList();
        if (named.Count == 0)
        {
            return new Finding("memory", Verdict.NotMeasured, "There is no model whose size is known.");
        }

        if (bytes <= 0) return new Finding("memory", Verdict.NotMeasured, "This machine does not say what it has.");

        var (name, size) = settings.Model.Length > 0 ? named[0] : named.MinBy(model => model.Size);
        var text = $"{name} has {ByteSize.Text(size)}, this machine {ByteSize.Text(bytes)}.";
        return size > bytes * 0.8
            ? new Finding("memory", Verdict.Warn, text, "Use a smaller model, such as: ollama pull qwen2.5:3b")
            : new Finding("memory", Verdict.Ok, text);
    }

    private static IEnumerable<Finding> NotMeasured(string reason) =>
        ((string[])["ollama", "exposure", "models", "memory"]).Select(
            check => new Finding(check, Verdict.NotMeasured, reason));

    private static Finding VersionOf(JsonElement reply)
    {
        var text = reply.TryGetProperty("version", out var said) ? said.ToString() : "";
        return !Version.TryParse(text.Split('-')[0], out var version)
            ? new Finding("ollama", Verdict.Ok, "It answers.")
            : version < Wanted
                ? new Finding("ollama", Verdict.Warn, $"Version {version} is old.", $"Update it to {Wanted} or later.")
                : new Finding("ollama", Verdict.Ok, $"Version {version} answers.");
    }

    private async Task<Finding> Exposure(HttpClient http, Uri address, CancellationToken cancellation)
    {
        if (!address.IsLoopback)
        {
            return new Finding("exposure", Verdict.NotMeasured, "Ollama runs on another machine.");
        }

        foreach (var own in ownAddresses())
        {
            var host = own.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{own}]" : $"{own}";
            var there = new UriBuilder(address.Scheme, host, address.Port, $"{address.AbsolutePath}api/version").Uri;
            if (await Get(http, there, cancellation) is not null)
            {
                return new Finding(
                    "exposure",
                    Verdict.Warn,
                    $"Ollama answers the whole network at {own}, without asking who it is.",
                    "Start it with OLLAMA_HOST=127.0.0.1; QuicPair needs no more than that.");
            }
        }

        return new Finding("exposure", Verdict.Ok, "Only this machine reaches Ollama.");
    }

    private Finding ModelsOf(List<(string Name, long Size)> models)
    {
        const string Mend = "Fetch one, such as: ollama pull qwen2.5:3b";
        return models.Count == 0
            ? new Finding("models", Verdict.Fail, "There is none.", Mend)
            : settings.Model.Length > 0 && !models.Any(model => Matches(model.Name))
                ? new Finding(
                    "models",
                    Verdict.Fail,
                    $"The default model {settings.Model} is not there.",
                    $"ollama pull {settings.Model}")
                : new Finding("models", Verdict.Ok, $"{models.Count}: {string.Join(", ", models.Select(m => m.Name))}");
    }

    private bool Matches(string name) => ModelName.StandsFor(settings.Model, name);

    private static List<(string Name, long Size)> Models(JsonElement? tags) =>
        tags is { } list && list.TryGetProperty("models", out var models) && models.ValueKind == JsonValueKind.Array
            ? [.. models.EnumerateArray().Select(Model).Where(model => model.Name.Length > 0)]
            : [];

    private static (string Name, long Size) Model(JsonElement model) =>
        model.ValueKind == JsonValueKind.Object
        && model.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String
            ? (Terminal.Harmless(name.GetString()!), Size(model))
            : ("", 0);

    private static long Size(JsonElement model) =>
        model.TryGetProperty("size", out var size) && size.ValueKind == JsonValueKind.Number
        && size.TryGetInt64(out var bytes)
            ? bytes
            : 0;

    private static async Task<JsonElement?> Get(HttpClient http, Uri address, CancellationToken cancellation)
    {
        try
        {
            var bytes = await http.GetByteArrayAsync(address, cancellation);
            var reply = JsonElement.Parse(bytes);
            return reply.ValueKind == JsonValueKind.Object && JsonText.IsWhole(bytes) ? reply : null;
        }
        catch (Exception problem) when (
            problem is HttpRequestException or JsonException or TaskCanceledException
            && !cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>The addresses at which others reach this machine.</summary>
    public static IEnumerable<IPAddress> OwnAddresses() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(network => network.OperationalStatus == OperationalStatus.Up)
        .SelectMany(network => network.GetIPProperties().UnicastAddresses)
        .Select(unicast => unicast.Address)
        .Where(address => !IPAddress.IsLoopback(address) && !address.IsIPv6LinkLocal);
}
