using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace QuicPair.Cli.Owner;

/// <summary><c>quicpair macs</c> and <c>quicpair macs drain</c>.</summary>
internal static class MacsCommand
{
    public static Command Create(Terminal terminal, Option<string?> home)
    {
        var json = new Option<bool>("--json") { Description = "Print one line of JSON." };
        var command = new Command("macs", "List the Macs of this household.") { json, Drain(terminal, home) };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var daemon = await Daemon.Connect(parsed.GetValue(home), cancellation);
            var reply = await daemon.Ask(new JsonObject { ["op"] = "macs" }, cancellation);
            var macs = reply.GetProperty("macs");
            if (parsed.GetValue(json))
            {
                terminal.Out.WriteLine(macs.GetRawText());
                return ExitCode.Ok;
            }

            var list = new Listing(
                ("mac", false), ("state", false), ("phones", false), ("at", false), ("name", false));
            foreach (var mac in macs.EnumerateArray()) list.Add(Row(mac));
            list.Print(terminal);
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Drain(Terminal terminal, Option<string?> home)
    {
        var mac = new Argument<string>("mac") { Description = "Its id." };
        var off = new Option<bool>("--off") { Description = "Take new phones again." };
        var command = new Command("drain", "Have a Mac take no new phones; those that are connected stay.")
        {
            mac, off,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var daemon = await Daemon.Connect(parsed.GetValue(home), cancellation);
            await daemon.Ask(
                new JsonObject
                {
                    ["op"] = "drain",
                    ["name"] = parsed.GetValue(mac),
                    ["accept"] = parsed.GetValue(off),
                },
                cancellation);
            terminal.Note(parsed.GetValue(off) ? "It takes new phones again." : "It takes no new phones.");
            return ExitCode.Ok;
        });
        return command;
    }

    private static string[] Row(JsonElement mac) =>
    [
        mac.GetProperty("mac").GetString() ?? "",
        mac.GetProperty("state").GetString() ?? "",
        $"{mac.GetProperty("connected")} of {mac.GetProperty("paired")}",
        mac.GetProperty("at").GetString() ?? "",
        mac.GetProperty("name").GetString() ?? "",
    ];
}
