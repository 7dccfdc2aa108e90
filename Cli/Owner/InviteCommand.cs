using System.CommandLine;
using System.Text.Json.Nodes;

namespace QuicPair.Cli.Owner;

/// <summary><c>quicpair invite</c>: an invitation for another Mac.</summary>
internal static class InviteCommand
{
    private const int MaxSeconds = 60 * 60;

    public static Command Create(Terminal terminal, Option<string?> home)
    {
        var seconds = new Option<int?>("--seconds") { Description = "How long it works; default 600, at most 3600." };
        seconds.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1 or > MaxSeconds)
            {
                result.AddError("An invitation lasts 1 to 3600 seconds.");
            }
        });
        var command = new Command("invite", "Invite another Mac into this household; it works once.") { seconds };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var daemon = await Daemon.Connect(parsed.GetValue(home), cancellation);
            var request = new JsonObject { ["op"] = "invite", ["seconds"] = parsed.GetValue(seconds) };
            var reply = await daemon.Ask(request, cancellation);
            terminal.Out.WriteLine(reply.GetProperty("invitation").GetString());
            var until = DateTimeOffset.FromUnixTimeSeconds(reply.GetProperty("expires").GetInt64()).ToLocalTime();
            terminal.Note($"On the other Mac, before {until:HH:mm:ss}: quicpair join <this line>");
            return ExitCode.Ok;
        });
        return command;
    }
}
