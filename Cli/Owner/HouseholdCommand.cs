using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace QuicPair.Cli.Owner;

/// <summary><c>quicpair household create</c>, <c>front-door</c> and <c>expel</c>.</summary>
internal static class HouseholdCommand
{
    public static Command Create(Terminal terminal, Option<string?> home) =>
        new("household", "Make several Macs one system: the first Mac makes the household, others join it.")
        {
            CreateHousehold(terminal, home),
            FrontDoor(terminal, home),
            Expel(terminal, home),
        };

    /// <summary>Where this Mac's silo is for the others.</summary>
    internal static Option<string?> Address() => new("--address")
    {
        Description = "The address at which the other Macs reach this one; default: the one of this network.",
    };

    /// <summary>The port of this Mac's silo.</summary>
    internal static Option<int?> Port() => new("--port")
    {
        Description = "The port at which they reach it; default 11111.",
    };

    private static Command CreateHousehold(Terminal terminal, Option<string?> home)
    {
        var database = new Option<string>("--database")
        {
            Description = "The PostgreSQL database, as an Npgsql connection string.",
            Required = true,
        };
        var (address, port, url, door) = (Address(), Port(), Url(), Door());
        var command = new Command("create", "Make this Mac the first of a household.")
        {
            database, door, address, port, url,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = new JsonObject
            {
                ["op"] = "household",
                ["database"] = parsed.GetValue(database),
                ["door"] = parsed.GetValue(door),
                ["address"] = parsed.GetValue(address),
                ["port"] = parsed.GetValue(port),
                ["publicUrl"] = parsed.GetValue(url),
            };
            JsonElement reply;
            using (var daemon = await Daemon.Connect(parsed.GetValue(home), cancellation))
            {
                reply = await daemon.Ask(request, cancellation);
            }

            await Restart.Wait(parsed.GetValue(home), reply, terminal, cancellation);
            terminal.Note("This Mac is the first of its household. To let the next one in: quicpair invite");
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command FrontDoor(Terminal terminal, Option<string?> home)
    {
        var folder = new Argument<string>("folder") { Description = "household/ of its data folder." }.AsPath();
        var database = new Option<string?>("--database") { Description = "The database as it reaches it." };
        var (address, port, url, door) = (Address(), Port(), Url(), Door());
        address.Description = "The address at which the Macs reach it; default: found on its machine.";
        port.Description = "The port at which they reach it; default 11111.";
        var command = new Command("front-door", "Write the certificate and settings of a front door of its own.")
        {
            folder, database, door, address, port, url,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var daemon = await Daemon.Connect(parsed.GetValue(home), cancellation);
            await daemon.Ask(
                new JsonObject
                {
                    ["op"] = "front_door",
                    ["folder"] = Path.GetFullPath(parsed.GetValue(folder)!),
                    ["database"] = parsed.GetValue(database),
                    ["door"] = parsed.GetValue(door),
                    ["address"] = parsed.GetValue(address),
                    ["port"] = parsed.GetValue(port),
                    ["publicUrl"] = parsed.GetValue(url),
                },
                cancellation);
            terminal.Note("Files written; keep them secret. Start the front door with that data folder.");
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Expel(Terminal terminal, Option<string?> home)
    {
        var mac = new Argument<string>("mac") { Description = "Its id, as quicpair macs lists it." };
        var command = new Command(
            "expel", "Shut a Mac that was lost or stolen out of the household, for good; on the household's first Mac.")
        {
            mac,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var daemon = await Daemon.Connect(parsed.GetValue(home), cancellation);
            var id = parsed.GetValue(mac);
            var reply = await daemon.Ask(new JsonObject { ["op"] = "expel", ["name"] = id }, cancellation);
            terminal.Note($"{id} is expelled. The other Macs stop accepting it within seconds.");
            if (!reply.GetProperty("listed").GetBoolean())
            {
                terminal.Error.WriteLine("No Mac of that id is in the list of members; is it right? quicpair macs");
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static Option<string?> Door() => new("--door")
    {
        Description = "The front door's port for Macs, host:port: the way to it and to the database.",
    };

    private static Option<string?> Url() => new("--public-url")
    {
        Description = "The origin of the household's front door, which phones open.",
    };
}
