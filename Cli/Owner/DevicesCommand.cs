using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace QuicPair.Cli.Owner;

/// <summary><c>quicpair devices</c> and <c>quicpair devices revoke</c>.</summary>
internal static class DevicesCommand
{
    public static Command Create(Terminal terminal, Option<string?> home)
    {
        var json = new Option<bool>("--json") { Description = "Print one line of JSON." };
        var device = new Argument<string>("device") { Description = "Its id, or its name when only one has it." };
        var revoke = new Command("revoke", "Remove a device: it is disconnected at once and never admitted again.")
        {
            device,
        };
        revoke.SetAction((parsed, cancellation) =>
            Revoke(terminal, parsed.GetValue(home), parsed.GetValue(device)!, cancellation));
        var command = new Command("devices", "List the phones that may ask this Mac.") { json, revoke };
        command.SetAction((parsed, cancellation) =>
            List(terminal, parsed.GetValue(home), parsed.GetValue(json), cancellation));
        return command;
    }

    private static async Task<int> List(
        Terminal terminal, string? home, bool json, CancellationToken cancellation)
    {
        using var daemon = await Daemon.Connect(home, cancellation);
        var reply = await daemon.Ask(new JsonObject { ["op"] = "devices" }, cancellation);
        var devices = reply.GetProperty("devices");
        if (json)
        {
            terminal.Out.WriteLine(devices.GetRawText());
            return ExitCode.Ok;
        }

        foreach (var device in devices.EnumerateArray())
        {
            terminal.Out.WriteLine(Line(device));
        }

        if (devices.GetArrayLength() == 0)
        {
            terminal.Note("No device is paired; show a code with: quicpair pair");
        }

        return ExitCode.Ok;
    }

    private static async Task<int> Revoke(
        Terminal terminal, string? home, string device, CancellationToken cancellation)
    {
        using var daemon = await Daemon.Connect(home, cancellation);
        await daemon.Ask(new JsonObject { ["op"] = "revoke", ["device"] = device }, cancellation);
        terminal.Note("Removed.");
        return ExitCode.Ok;
    }

    private static string Line(JsonElement device)
    {
        var since = DateTimeOffset.FromUnixTimeSeconds(device.GetProperty("since").GetInt64()).ToLocalTime();
        var presence = !device.GetProperty("connected").GetBoolean() ? "away"
            : device.TryGetProperty("path", out var path) ? $"connected ({path.GetString()})"
            : "connected";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{device.GetProperty("device").GetString()}  {since:yyyy-MM-dd}  {presence,-18}  {Name(device)}");
    }

    private static string Name(JsonElement device) => Terminal.Harmless(device.GetProperty("name").GetString() ?? "");
}
