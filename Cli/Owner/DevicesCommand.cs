using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using QuicPair.Protocol;
using QuicPair.Silo.Control;

namespace QuicPair.Cli.Owner;

/// <summary><c>quicpair devices</c>: who may ask this Mac.</summary>
internal static class DevicesCommand
{
    public static Command Create(Terminal terminal, Option<string?> home)
    {
        var json = new Option<bool>("--json") { Description = "Print one line of JSON.", Recursive = true };
        var place = new OwnerPlace(terminal, home);
        var device = new Argument<string>("device") { Description = "Its id, or its name when only one has it." };
        var show = new Command("show", "Say what this Mac knows of a device.") { device };
        show.SetAction((parsed, cancellation) => Show(
            terminal, place.Connect(parsed, cancellation), parsed.GetValue(device)!, parsed.GetValue(json),
            cancellation));
        var list = new Command("list", "List the phones that may ask this Mac.");
        list.SetAction(Run);
        var command = new Command("devices", "List the phones that may ask this Mac.")
        {
            json, place.Mac, list, show, Rename(terminal, place, device), RoleCommand.Create(terminal, place, device),
            Revoke(terminal, place, device),
        };
        command.SetAction(Run);
        return command;

        Task<int> Run(ParseResult parsed, CancellationToken cancellation) =>
            List(terminal, place.Connect(parsed, cancellation), parsed.GetValue(json), cancellation);
    }

    private static Command Rename(Terminal terminal, OwnerPlace place, Argument<string> device)
    {
        var name = new Argument<string>("name") { Description = "The new name." };
        var rename = new Command("rename", "Give a device another name.") { device, name };
        rename.SetAction(async (parsed, cancellation) =>
        {
            var wanted = parsed.GetValue(name)!;
            await using var desk = await place.Connect(parsed, cancellation);
            await desk.Ask(
                new JsonObject
                {
                    ["op"] = "rename",
                    ["device"] = parsed.GetValue(device),
                    ["name"] = wanted,
                },
                cancellation);

            // What the Mac does to it, by the protocol.
            var kept = DisplayName.Clean(wanted);
            if (kept == wanted) terminal.Note("Renamed.");
            else
            {
                terminal.Error.WriteLine(
                    $"Renamed to {kept}: of a name {DisplayName.MaxBytes} bytes are kept, and no control characters.");
            }

            return ExitCode.Ok;
        });
        return rename;
    }

    private static Command Revoke(Terminal terminal, OwnerPlace place, Argument<string> device)
    {
        var here = new Option<bool>("--here")
        {
            Description = "Only at this Mac; without it the device is removed at every Mac of the household.",
        };
        var revoke = new Command("revoke", "Remove a device: it is disconnected at once and never admitted again.")
        {
            device, here,
        };
        revoke.Validators.Add(result =>
        {
            if (result.GetValue(here) && result.GetValue(place.Mac) is not null)
            {
                result.AddError("--here is for this machine's daemon; --mac asks another one.");
            }
        });
        revoke.SetAction((parsed, cancellation) =>
            Ask(
                terminal,
                place.Connect(parsed, cancellation),
                new JsonObject
                {
                    ["op"] = "revoke",
                    ["device"] = parsed.GetValue(device),
                    ["here"] = parsed.GetValue(here),
                },
                "Removed.",
                cancellation));
        return revoke;
    }

    private static async Task<int> List(
        Terminal terminal, Task<IOwnerDesk> connecting, bool json, CancellationToken cancellation)
    {
        await using var desk = await connecting;
        var reply = await desk.Ask(new JsonObject { ["op"] = "devices" }, cancellation);
        var devices = reply.GetProperty("devices");
        if (json)
        {
            terminal.Out.WriteLine(devices.GetRawText());
            return ExitCode.Ok;
        }

        var list = new Listing(("device", false), ("since", false), ("", false), ("name", false));
        foreach (var device in devices.EnumerateArray()) list.Add(Row(device));
        list.Print(terminal);
        if (devices.GetArrayLength() == 0)
        {
            terminal.Note("No device is paired; show a code with: quicpair pair");
        }

        return ExitCode.Ok;
    }

    private static async Task<int> Show(
        Terminal terminal, Task<IOwnerDesk> connecting, string device, bool json, CancellationToken cancellation)
    {
        await using var desk = await connecting;
        var reply = await desk.Ask(new JsonObject { ["op"] = "devices" }, cancellation);
        JsonElement[] all = [.. reply.GetProperty("devices").EnumerateArray()];
        JsonElement[] found = [.. all.Where(one => Text(one, "device") == device)];
        if (found.Length == 0) found = [.. all.Where(one => Text(one, "name") == device)];
        if (found is not [var only])
        {
            return terminal.Fail(
                DeviceChoice.Problem([.. found.Select(one => Text(one, "device"))]), ExitCode.Failed);
        }

        if (json)
        {
            terminal.Out.WriteLine(only.GetRawText());
            return ExitCode.Ok;
        }

        foreach (var (label, text) in DeviceText.Of(only)) terminal.Out.WriteLine($"{label,-14}  {text}");

        return ExitCode.Ok;
    }

    private static async Task<int> Ask(
        Terminal terminal, Task<IOwnerDesk> connecting, JsonObject request, string done, CancellationToken cancellation)
    {
        await using var desk = await connecting;
        await desk.Ask(request, cancellation);
        terminal.Note(done);
        return ExitCode.Ok;
    }

    private static string[] Row(JsonElement device)
    {
        var since = DateTimeOffset.FromUnixTimeSeconds(device.GetProperty("since").GetInt64()).ToLocalTime();
        var presence = !device.GetProperty("connected").GetBoolean() ? "away"
            : device.TryGetProperty("path", out var path) ? $"connected ({path.GetString()})"
            : "connected";
        return
        [
            Text(device, "device"),
            since.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            presence,
            Text(device, "name"),
        ];
    }

    private static string Text(JsonElement device, string field) => device.GetProperty(field).GetString() ?? "";
}
