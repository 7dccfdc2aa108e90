using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace QuicPair.Cli.Owner;

/// <summary><c>quicpair join</c>: this Mac becomes a member of a household.</summary>
internal static class JoinCommand
{
    public static Command Create(Terminal terminal, Option<string?> home)
    {
        var invitation = new Argument<string>("invitation") { Description = "The line of: quicpair invite" };
        var (address, port) = (HouseholdCommand.Address(), HouseholdCommand.Port());
        var command = new Command("join", "Join the household of another Mac.") { invitation, address, port };
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = new JsonObject
            {
                ["op"] = "join",
                ["invitation"] = parsed.GetValue(invitation),
                ["address"] = parsed.GetValue(address),
                ["port"] = parsed.GetValue(port),
            };
            JsonElement reply;
            using (var daemon = await Daemon.Connect(parsed.GetValue(home), cancellation))
            {
                reply = await daemon.Ask(request, cancellation);
            }

            await Restart.Wait(parsed.GetValue(home), reply, terminal, cancellation);
            var inviter = reply.GetProperty("mac").GetString();
            terminal.Note($"This Mac is in the household of {Terminal.Harmless(inviter ?? "")}.");
            return ExitCode.Ok;
        });
        return command;
    }
}
