using System.CommandLine;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.Configuration.Memory;
using QuicPair.Cluster;
using QuicPair.Silo.Hosting;
using QuicPair.Silo.Keys;

namespace QuicPair.Cli.Setup;

/// <summary><c>quicpair config show</c>: what <c>quicpair up</c> would go by, and from where.</summary>
internal static class ConfigCommand
{
    // How the last word of a secret's name ends: FrontDoor:DashboardToken is one, Runner:MaxAnswerTokens is none.
    private static readonly string[] SecretWords =
        ["apikey", "connectionstring", "credential", "pass", "passphrase", "password", "secret", "token"];

    public static Command Create(Terminal terminal, Option<string?> home)
    {
        var settings = new Argument<string[]>("settings")
        {
            Arity = ArgumentArity.ZeroOrMore,
            Description = "Settings as for quicpair up, such as --Runner:Parallel=2",
        };
        var origin = new Option<bool>("--origin") { Description = "Say where each value comes from." };
        var json = new Option<bool>("--json") { Description = "Print one line of JSON." };
        var show = new Command("show", "Print the settings that quicpair up would go by; secrets are masked.")
        {
            settings, origin, json,
        };
        show.TreatUnmatchedTokensAsErrors = false;
        show.SetAction(parsed =>
        {
            string[] words = [.. parsed.GetValue(settings) ?? [], .. parsed.UnmatchedTokens];
            if (SettingNames.Problem(words) is { } problem) return terminal.Fail(problem, ExitCode.Usage);
            Show(terminal, Read(words, parsed.GetValue(home)), parsed.GetValue(origin), parsed.GetValue(json));
            return ExitCode.Ok;
        });
        return new Command("config", "Look at this machine's settings.") { show };
    }

    /// <summary>Every setting of QuicPair's that has a value, sorted, with where it comes from.</summary>
    public static IReadOnlyList<(string Key, string Value, string Origin)> Read(string[] words, string? home)
    {
        var root = Daemon.Configuration(words, home is null ? null : Path.GetFullPath(home));
        var found = root.AsEnumerable()
            .Where(pair => pair.Value is not null && SettingNames.Has(pair.Key))
            .Select(pair => (pair.Key, Value: Mask(pair.Key, pair.Value!), Origin: Origin(root, pair.Key)))
            .Append(Folder(home));
        return [.. found.OrderBy(setting => setting.Key, StringComparer.OrdinalIgnoreCase)];
    }

    private static (string Key, string Value, string Origin) Folder(string? home) => home is not null
        ? ("(data folder)", Path.GetFullPath(home), "command line --home")
        : ("(data folder)", DataFolder.Locate(Environment.GetEnvironmentVariable),
            Environment.GetEnvironmentVariable("QUICPAIR_HOME") is { Length: > 0 }
                ? "environment QUICPAIR_HOME"
                : "built in");

    private static string Origin(IConfigurationRoot root, string key)
    {
        var provider = root.Providers.Last(provider => provider.TryGet(key, out _));
        return provider switch
        {
            CommandLineConfigurationProvider => "command line",
            EnvironmentVariablesConfigurationProvider => $"environment {key.Replace(":", "__")}",
            JsonConfigurationProvider json => $"file {json.Source.Path}",
            HouseholdSource => $"file {HouseholdFiles.Folder}/{HouseholdFiles.Settings}",
            MemoryConfigurationProvider => "built in",
            _ => "host",
        };
    }

    private static string Mask(string key, string value) => value.Length > 0 && IsSecret(key)
        ? "(set, not shown)"
        : value;

    private static bool IsSecret(string key)
    {
        // An entry of a list is named by its number.
        var name = key.Split(':').Last(part => !part.All(char.IsAsciiDigit));
        return SecretWords.Any(word => name.EndsWith(word, StringComparison.OrdinalIgnoreCase));
    }

    private static void Show(
        Terminal terminal, IReadOnlyList<(string Key, string Value, string Origin)> settings, bool origin, bool json)
    {
        if (json)
        {
            var all = new JsonObject();
            foreach (var setting in settings)
            {
                all[setting.Key] = new JsonObject { ["value"] = setting.Value, ["origin"] = setting.Origin };
            }

            terminal.Out.WriteLine(all.ToJsonString());
            return;
        }

        var list = new Listing(("setting", false), ("value", false), (origin ? "origin" : "", false));
        foreach (var (key, value, from) in settings) list.Add(key, value, origin ? $"[{from}]" : "");
        list.Print(terminal);
    }
}
