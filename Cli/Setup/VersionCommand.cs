using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using QuicPair.Protocol;

namespace QuicPair.Cli.Setup;

/// <summary><c>quicpair version</c>.</summary>
internal static class VersionCommand
{
    /// <summary>The version of this program.</summary>
    public static string Number { get; } = Assembly.GetExecutingAssembly().GetName().Version?.ToString(3) ?? "";

    public static Command Create(Terminal terminal)
    {
        var json = new Option<bool>("--json") { Description = "Print one line of JSON." };
        var command = new Command("version", "Say which version this is.") { json };
        command.SetAction(parsed =>
        {
            var platform = RuntimeInformation.RuntimeIdentifier;
            terminal.Out.WriteLine(parsed.GetValue(json)
                ? new JsonObject
                {
                    ["version"] = Number,
                    ["protocol"] = new JsonArray([.. ProtocolVersion.Spoken.ToArray().Select(v => (JsonNode)(int)v)]),
                    ["runtime"] = Environment.Version.ToString(),
                    ["platform"] = platform,
                }.ToJsonString()
                : $"quicpair {Number} (.NET {Environment.Version}, {platform})");
            return ExitCode.Ok;
        });
        return command;
    }
}
