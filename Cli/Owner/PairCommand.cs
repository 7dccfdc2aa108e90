using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using QuicPair.Silo.Pairing;

namespace QuicPair.Cli.Owner;

/// <summary><c>quicpair pair</c>: a new invitation, as QR code and link.</summary>
internal static class PairCommand
{
    private const int MaxSeconds = 15 * 60;

    // From the protocol: how long a phone waits for the owner.
    private const int ConfirmationSeconds = 60;

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
        var confirms = request["confirm"]!.GetValue<bool>() && terminal.HasKeyboard;
        if (confirms || (terminal.HasScreen && terminal.HasErrorScreen))
        {
            await Follow(terminal, daemon, reply, confirms, cancellation);
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
        if (Says(reply, "thisMachineOnly"))
        {
            terminal.Note("This works on this machine only.");
        }
        else if (Says(reply, "thisNetworkOnly"))
        {
            terminal.Note("This works in this network only.");
        }
    }

    private static bool Says(JsonElement reply, string name) =>
        reply.TryGetProperty(name, out var said) && said.GetBoolean();

    /// <summary>Waits until a phone has used the code or it is void; leaving does not void it.</summary>
    private static async Task Follow(
        Terminal terminal, Daemon daemon, JsonElement invitation, bool confirms, CancellationToken cancellation)
    {
        var until = invitation.GetProperty("expires").GetInt64() + (confirms ? ConfirmationSeconds : 0);
        using var timer = new PeriodicTimer(Poll);
        try
        {
            while (DateTimeOffset.UtcNow.ToUnixTimeSeconds() <= until)
            {
                await timer.WaitForNextTickAsync(cancellation);
                if (confirms && await IsTurnedAway(terminal, daemon, cancellation)) return;
                var request = new JsonObject
                {
                    ["op"] = "paired",
                    ["device"] = invitation.GetProperty("device").GetString(),
                };
                var reply = await daemon.Ask(request, cancellation);
                if (!reply.TryGetProperty("paired", out var phone)) continue;
                terminal.Error.WriteLine($"Paired with {Named(phone)}.");
                return;
            }

            terminal.Note("No phone used this code; it is void now.");
        }
        catch (OperationCanceledException)
        {
            terminal.Note("The code stays valid until then.");
        }
    }

    /// <summary>Asks the owner about a phone that waits for a word; true when the word was no.</summary>
    private static async Task<bool> IsTurnedAway(Terminal terminal, Daemon daemon, CancellationToken cancellation)
    {
        var reply = await daemon.Ask(new JsonObject { ["op"] = "confirmations" }, cancellation);
        if (reply.GetProperty("confirmations").EnumerateArray().FirstOrDefault() is
            not { ValueKind: JsonValueKind.Object } waiting)
        {
            return false;
        }

        terminal.Error.Write($"{Named(waiting)}. Is that your phone? [y/N] ");
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
        return !accept;
    }

    private static string Named(JsonElement phone)
    {
        var code = phone.GetProperty("code").GetString()!;
        return $"{Terminal.Harmless(phone.GetProperty("name").GetString()!)}, which shows {code[..3]} {code[3..]}";
    }
}
