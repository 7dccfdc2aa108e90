using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace QuicPair.Cli.Owner;

/// <summary><c>quicpair pair</c>: a new invitation, as QR code and link.</summary>
internal static class PairCommand
{
    private const int MaxSeconds = 15 * 60;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    public static Command Create(Terminal terminal, Option<string?> home)
    {
        var seconds =
            new Option<int?>("--seconds") { Description = "How long it can be used; default 120, at most 900." };
        var confirm = new Option<bool>("--confirm") { Description = "Ask here before the phone is admitted." };
        var local = new Option<bool>("--local") { Description = "The phone stays in this network." };
        var json = new Option<bool>("--json") { Description = "Print one line of JSON." };
        seconds.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1 or > MaxSeconds)
            {
                result.AddError("An invitation lasts 1 to 900 seconds.");
            }
        });
        var command = new Command("pair", "Show a new code for a phone; it voids the one before.")
        {
            seconds, confirm, local, json,
        };
        command.SetAction((parsed, cancellation) =>
        {
            var request = new JsonObject
            {
                ["op"] = "pair",
                ["confirm"] = parsed.GetValue(confirm),
                ["local"] = parsed.GetValue(local),
            };
            if (parsed.GetValue(seconds) is { } chosen)
            {
                request["seconds"] = chosen;
            }

            return Run(terminal, request, parsed.GetValue(home), parsed.GetValue(json), cancellation);
        });
        return command;
    }

    private static async Task<int> Run(
        Terminal terminal, JsonObject request, string? home, bool json, CancellationToken cancellation)
    {
        using var daemon = await Daemon.Connect(home, cancellation);
        var reply = await daemon.Ask(request, cancellation);
        if (json)
        {
            terminal.Out.WriteLine(reply.GetRawText());
            return ExitCode.Ok;
        }

        Show(terminal, reply);
        if (request["confirm"]!.GetValue<bool>() && terminal.HasKeyboard)
        {
            await AskOwner(terminal, daemon, reply.GetProperty("expires").GetInt64(), cancellation);
        }

        return ExitCode.Ok;
    }

    private static void Show(Terminal terminal, JsonElement reply)
    {
        string[] links = [.. reply.GetProperty("links").EnumerateArray().Select(link => link.GetString()!)];
        if (terminal.HasScreen)
        {
            terminal.Out.Write(QrText.Draw(links[0], terminal.UsesColor));
        }

        foreach (var link in links)
        {
            terminal.Out.WriteLine(link);
        }

        var until = DateTimeOffset.FromUnixTimeSeconds(reply.GetProperty("expires").GetInt64()).ToLocalTime();
        terminal.Note($"Scan it, or open the link, before {until:HH:mm:ss}.");
        if (reply.TryGetProperty("thisNetworkOnly", out var near) && near.GetBoolean())
        {
            terminal.Note("This works in this network only.");
        }
    }

    private static async Task AskOwner(Terminal terminal, Daemon daemon, long expires, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Poll);
        while (DateTimeOffset.UtcNow.ToUnixTimeSeconds() <= expires + 60
            && await timer.WaitForNextTickAsync(cancellation))
        {
            var reply = await daemon.Ask(new JsonObject { ["op"] = "confirmations" }, cancellation);
            if (reply.GetProperty("confirmations").EnumerateArray().FirstOrDefault() is
                { ValueKind: JsonValueKind.Object } waiting)
            {
                var name = Terminal.Harmless(waiting.GetProperty("name").GetString() ?? "");
                terminal.Error.Write(
                    $"{name} shows {waiting.GetProperty("code").GetString()}. Is that your phone? [y/N] ");
                var accept = (await terminal.In.ReadLineAsync(cancellation))?.Trim() is "y" or "Y" or "yes";
                var answer = new JsonObject
                {
                    ["op"] = "confirm",
                    ["device"] = waiting.GetProperty("device").GetString(),
                    ["code"] = waiting.GetProperty("code").GetString(),
                    ["accept"] = accept,
                };
                await daemon.Ask(answer, cancellation);
                terminal.Note(accept ? "Admitted." : "Not admitted.");
                return;
            }
        }
    }
}
