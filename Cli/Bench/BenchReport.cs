using System.Globalization;
using System.Text.Json.Nodes;
using QuicPair.Client;

namespace QuicPair.Cli.Bench;

/// <summary>What a bench found, in text and JSON.</summary>
internal sealed class BenchReport(PairedMac mac, string? model, IReadOnlyList<BenchRun> runs)
{
    private const double WantedP50 = 150;
    private const double WantedP90 = 250;

    private static readonly (string Json, string Text, Func<BenchRun, double?> Value)[] Stages =
    [
        ("total", "time to first token", run => run.TotalMs),
        ("ours", "  ours: way and daemon", run => run.OursMs),
        ("queue", "  waiting for the runner", run => run.Mac?.QueueMs),
        ("load", "  runner: load", run => run.Mac?.LoadMs),
        ("prompt", "  runner: read the prompt", run => run.Mac?.PromptMs),
        ("first_token", "  runner: the rest", run => run.FirstTokenMs),
    ];

    /// <summary>Whether the published promise holds: below 150 ms at p50 and 250 ms at p90.</summary>
    public bool Holds => Of(Stages[0].Value) is { P50: < WantedP50, P90: < WantedP90 };

    public void Print(Terminal terminal)
    {
        var trip = mac.RoundTrip is { } time ? Milliseconds(time.TotalMilliseconds) : "not measured";
        terminal.Out.WriteLine(
            $"{Counted.Of(runs.Count, "prompt")} to {Terminal.Harmless(model ?? "the default model")} on "
            + $"{Terminal.Harmless(mac.Name)}, path {Path()}, round trip {trip}, connected in "
            + Milliseconds(mac.Timings.Total.TotalMilliseconds));
        var list = new Listing(("", false), ("p50", true), ("p90", true), ("p95", true));
        foreach (var (_, text, value) in Stages)
        {
            var spread = Of(value);
            list.Add(text, Cell(spread?.P50), Cell(spread?.P90), Cell(spread?.P95));
        }

        list.Print(terminal, isHeaded: true);
        terminal.Out.WriteLine(
            $"< {WantedP50} ms at p50 and < {WantedP90} ms at p90: {(Holds ? "holds" : "does not hold")}");
    }

    public JsonObject Json()
    {
        var json = new JsonObject
        {
            ["prompts"] = runs.Count,
            ["model"] = model,
            ["mac"] = mac.Name,
            ["path"] = Path(),
            ["rtt_ms"] = mac.RoundTrip is { } trip ? Math.Round(trip.TotalMilliseconds, 3) : null,
            ["connected_ms"] = Math.Round(mac.Timings.Total.TotalMilliseconds, 3),
        };
        var stages = new JsonObject();
        foreach (var (name, _, value) in Stages)
        {
            stages[name] = Of(value) is not { } spread ? null : new JsonObject
            {
                ["p50_ms"] = Math.Round(spread.P50, 3),
                ["p90_ms"] = Math.Round(spread.P90, 3),
                ["p95_ms"] = Math.Round(spread.P95, 3),
            };
        }

        json["stages"] = stages;
        json["holds"] = Holds;
        return json;
    }

    private Spread? Of(Func<BenchRun, double?> value) => Spread.Of(runs.Select(value).OfType<double>());

    private string Path() => mac.Path.ToString().ToLowerInvariant();

    private static string Cell(double? value) => value is { } time ? Milliseconds(time) : "not measured";

    private static string Milliseconds(double time) =>
        string.Create(CultureInfo.InvariantCulture, $"{time:0.0} ms");
}
