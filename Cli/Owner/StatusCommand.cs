using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace QuicPair.Cli.Owner;

/// <summary><c>quicpair status</c>: how this Mac does.</summary>
internal static class StatusCommand
{
    public static Command Create(Terminal terminal, Option<string?> home)
    {
        var json = new Option<bool>("--json") { Description = "Print one line of JSON." };
        var command = new Command("status", "Show how QuicPair is doing on this machine.") { json };
        command.SetAction((parsed, cancellation) =>
            Run(terminal, parsed.GetValue(home), parsed.GetValue(json), cancellation));
        return command;
    }

    private static async Task<int> Run(
        Terminal terminal, string? home, bool json, CancellationToken cancellation)
    {
        using var daemon = await Daemon.Connect(home, cancellation);
        var reply = await daemon.Ask(new JsonObject { ["op"] = "status" }, cancellation);
        if (json)
        {
            terminal.Out.WriteLine(reply.GetRawText());
            return ExitCode.Ok;
        }

        var status = reply.GetProperty("status");
        terminal.Out.WriteLine(
            $"Mac      {reply.GetProperty("mac").GetString()} ({reply.GetProperty("macId").GetString()})");

        // A daemon that is older than this command does not say it.
        var answers = !status.TryGetProperty("runnerAnswers", out var told) || told.GetBoolean();
        var runner = status.GetProperty("runner").GetString();
        terminal.Out.WriteLine($"Runner   {runner}{(answers ? "" : " does not answer")}");
        terminal.Out.WriteLine($"Models   {Names(status.GetProperty("models"), answers)}");
        terminal.Out.WriteLine($"Loaded   {Names(status.GetProperty("loaded"), answers)}");
        terminal.Out.WriteLine(
            $"Answers  {status.GetProperty("running")} running, {status.GetProperty("waiting")} waiting");
        terminal.Out.WriteLine(
            $"Phones   {status.GetProperty("connected")} of {status.GetProperty("paired")} connected");
        var uptime = TimeSpan.FromSeconds(status.GetProperty("uptimeSeconds").GetInt64());
        terminal.Out.WriteLine(
            $"Running  {uptime:d\\d\\ hh\\:mm\\:ss}, version {status.GetProperty("version").GetString()}");
        return ExitCode.Ok;
    }

    private static string Names(JsonElement names, bool runnerAnswers)
    {
        if (names.GetArrayLength() == 0) return runnerAnswers ? "none" : "not known";
        var all = string.Join(", ", names.EnumerateArray().Select(name => name.GetString()));
        return runnerAnswers ? all : $"{all} (as last told)";
    }
}
