using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace QuicPair.Cli.Owner;

/// <summary><c>quicpair devices role</c>: what a device may do.</summary>
internal static class RoleCommand
{
    private const long SecondsPerHour = 3600;
    private const long SecondsPerDay = 24 * SecondsPerHour;

    public static Command Create(Terminal terminal, OwnerPlace place, Argument<string> device)
    {
        var role = new Argument<string?>("role")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "owner (may also manage devices), user or guest (chats only).",
        };
        role.Among("owner", "user", "guest");
        var models = new Option<string?>("--models")
        {
            Description = "The models that it may use, separated by commas; * is all.",
        };
        var pull = new Option<bool?>("--pull") { Description = "Whether it may fetch models." };
        var unload = new Option<bool?>("--unload") { Description = "Whether it may take models out of memory." };
        var tokens = new Option<long?>("--tokens-per-day") { Description = "Tokens in a day; 0 is no limit." };
        var expires = new Option<string?>("--expires")
        {
            Description = "When its access ends: in some time (12h, 7d), on a day (2030-01-31), or never.",
        };
        var command = new Command("role", "Change what a device may do; what is not named stays.")
        {
            device, role, models, pull, unload, tokens, expires,
        };
        command.SetAction((parsed, cancellation) =>
        {
            var request = new JsonObject { ["op"] = "set", ["device"] = parsed.GetValue(device) };
            Add(request, "role", parsed.GetValue(role));
            Add(request, "models", parsed.GetValue(models) is { } names
                ? new JsonArray([.. names.Split(',', StringSplitOptions.TrimEntries).Select(name => (JsonNode)name)])
                : null);
            Add(request, "pull", parsed.GetValue(pull));
            Add(request, "unload", parsed.GetValue(unload));
            Add(request, "tokensPerDay", parsed.GetValue(tokens));
            return Run(
                terminal, request, () => place.Connect(parsed, cancellation), parsed.GetValue(expires), cancellation);
        });
        return command;
    }

    private static async Task<int> Run(
        Terminal terminal,
        JsonObject request,
        Func<Task<IOwnerDesk>> connect,
        string? expires,
        CancellationToken cancellation)
    {
        if (expires is not null)
        {
            if (!TryReadTime(expires, out var seconds))
            {
                return terminal.Fail("A time is like 12h, 7d, 2030-01-31 or never.", ExitCode.Usage);
            }

            request["expires"] = seconds;
        }

        if (request["tokensPerDay"]?.GetValue<long>() < 0)
        {
            return terminal.Fail("Tokens in a day are 0 (no limit) or more.", ExitCode.Usage);
        }

        if (request.Count == 2)
        {
            return terminal.Fail("There is nothing to change; name a role or an option.", ExitCode.Usage);
        }

        await using var desk = await connect();
        await desk.Ask(request, cancellation);
        terminal.Note("Changed. It applies from the next request.");
        return ExitCode.Ok;
    }

    private static bool TryReadTime(string text, out long seconds)
    {
        seconds = 0;
        if (text is "" or "never")
        {
            return text.Length > 0;
        }

        var isSpan = int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, null, out var count);
        if (isSpan && count > 0 && text[^1] is 'h' or 'd')
        {
            var after = count * (text[^1] == 'h' ? SecondsPerHour : SecondsPerDay);
            seconds = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + after;
            return seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds();
        }

        // Day 0 of the protocol's clock is never.
        var isDay = DateOnly.TryParseExact(
            text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year > 1970;
        seconds = isDay ? new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue)).ToUnixTimeSeconds() : 0;
        return isDay;
    }

    private static void Add(JsonObject request, string name, JsonNode? value)
    {
        if (value is not null)
        {
            request[name] = value;
        }
    }
}
