using System.Globalization;
using System.Text.RegularExpressions;
using QuicPair.Client;
using QuicPair.Cluster.Tests.Processes;
using QuicPair.EndToEnd;
using QuicPair.Protocol.Messages;
using Xunit;

namespace QuicPair.Cluster.Tests;

/// <summary>
/// <c>/metrics</c> of a real Mac and its front door: after a pairing, answers, a refusal and a revocation each metric
/// that docs/operations.md lists has its value, and there is none of QuicPair's that it does not list.
/// </summary>
public sealed partial class MetricsTests
{
    private const int Words = 3;
    private const string Events = "quicpair_audit_events_total";
    private const string Answered = "quicpair_answers_total";
    private const string Duration = "quicpair_answer_duration_seconds";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_metric_that_is_listed_has_its_value_and_each_one_that_is_served_is_listed()
    {
        await using var runner = new MeteredRunner(Words);
        var settings = new Dictionary<string, string?>(runner.Settings) { ["Metrics__Port"] = "0" };
        var (household, _) = await Household.StartWithServer(macs: 1, more: settings);
        await using var members = household;
        var mac = household.Macs[0];
        await using var phone = await household.Pair(mac, "phone");
        var record = phone.Pairings.Load().Single();
        await using var live = await phone.Open(record, Cancellation);
        await Reads(mac, "quicpair_phones_connected", 1);
        await Reads(mac, "quicpair_phones_connections", 1);
        await Reads(mac, "quicpair_models_loaded", 1);
        foreach (var once in (string[])["invited", "claimed", "paired"]) await Reads(mac, Events, 1, once);

        await TwoAnswers(mac, live, runner);
        await IsRefused(household);
        await IsRevoked(mac, live, runner, record.DeviceId);

        var measured = await mac.Metrics();
        Assert.Equal(Listed(), Served(measured));
        HasTheRuntime(measured);
        var door = await Measured.By(household.Door.Process);
        HasTheRuntime(door);
        Assert.Empty(Served(door));
    }

    private static async Task TwoAnswers(MacProcess mac, PairedMac live, MeteredRunner runner)
    {
        await using var first = live.Chat(Hello()).GetAsyncEnumerator(Cancellation);
        runner.Say(1);
        Assert.True(await first.MoveNextAsync());
        await using var second = live.Chat(Hello()).GetAsyncEnumerator(Cancellation);
        await Reads(mac, "quicpair_chats_running", 1);
        await Reads(mac, "quicpair_chats_waiting", 1);

        // What is left of both, and the end of each.
        runner.Say((2 * (Words + 1)) - 1);
        Assert.IsType<DoneMessage>(await Last(first));
        Assert.IsType<DoneMessage>(await Last(second));
        await Reads(mac, "quicpair_chats_running", 0);
        await Reads(mac, "quicpair_chats_waiting", 0);
        await Reads(mac, Answered, 2, "done");
        await Reads(mac, "quicpair_answer_tokens_total", 2 * Words);
        foreach (var part in (string[])["queue", "load", "prompt", "first_token"])
        {
            await Reads(mac, $"{Duration}_count", 2, part);
        }

        // The runner says 5 ms and 7 ms of each.
        await Reads(mac, $"{Duration}_sum", 0.010, "load");
        await Reads(mac, $"{Duration}_sum", 0.014, "prompt");
    }

    /// <summary>A device that nobody knows; the front door counts what it said, the Mac why.</summary>
    private static async Task IsRefused(Household household)
    {
        string[] refused = ["/signaling/offer", "403"];
        var mac = household.Macs[0];
        var before = Value(await mac.Metrics(), Events, "refused", "unknown");
        var said = Value(
            await Measured.By(household.Door.Process), "http_server_request_duration_seconds_count", refused);
        Assert.Equal(403, await household.Knock(mac));
        await Reads(mac, Events, before + 1, "refused", "unknown");
        await Reads(
            () => Measured.By(household.Door.Process), "http_server_request_duration_seconds_count", said + 1,
            refused);
    }

    /// <summary>In the middle of an answer, which is a failed one then.</summary>
    private static async Task IsRevoked(MacProcess mac, PairedMac live, MeteredRunner runner, string device)
    {
        await using var cut = live.Chat(Hello()).GetAsyncEnumerator(Cancellation);
        runner.Say(1);
        Assert.True(await cut.MoveNextAsync());
        await mac.Ask(new { op = "revoke", device });
        await Reads(mac, Answered, 1, "failed");
        await Reads(mac, Answered, 2, "done");
        await Reads(mac, Events, 1, "revoked");
        await Reads(mac, "quicpair_phones_connected", 0);
        await Reads(mac, "quicpair_phones_connections", 0);
    }

    private static ChatMessage Hello() => new() { Prompt = "Hello" };

    private static async Task<Message> Last(IAsyncEnumerator<Message> answer)
    {
        Message? last = null;
        while (await answer.MoveNextAsync()) last = answer.Current;
        return last!;
    }

    private static Task Reads(MacProcess mac, string name, double value, params string[] labels) =>
        Reads(mac.Metrics, name, value, labels);

    /// <summary>Waits until a metric with these labels has a value: what is read may be a moment old.</summary>
    private static async Task Reads(Func<Task<string>> measure, string name, double value, params string[] labels)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        var read = double.NaN;
        for (var tick = 0; tick < 900; tick++)
        {
            read = Value(await measure(), name, labels);
            if (Math.Abs(read - value) < 1e-6) return;
            await timer.WaitForNextTickAsync(Cancellation);
        }

        Assert.Fail($"{name} {string.Join(' ', labels)} is {read} and not {value}.");
    }

    /// <summary>The sum of the lines of a metric that have all of these labels' values; NaN without a line.</summary>
    private static double Value(string measured, string name, params string[] labels)
    {
        var lines = Line().Matches(measured)
            .Where(line => line.Groups[1].Value == name && Array.TrueForAll(
                labels, label => line.Groups[2].Value.Contains($"=\"{label}\"", StringComparison.Ordinal)))
            .Select(line => double.Parse(line.Groups[3].Value, CultureInfo.InvariantCulture))
            .ToList();
        return lines.Count == 0 ? double.NaN : lines.Sum();
    }

    private static string[] Listed() =>
    [
        .. File.ReadLines(Path.Combine(Tree.Root, "docs", "operations.md"))
            .Where(line => line.StartsWith("| `quicpair_", StringComparison.Ordinal))
            .SelectMany(line => Name().Matches(line)).Select(name => name.Value)
            .Distinct().Order(StringComparer.Ordinal),
    ];

    /// <summary>QuicPair's own; a histogram's lines count as one.</summary>
    private static string[] Served(string measured) =>
    [
        .. Own().Matches(measured).Select(line => line.Groups[1].Value).Distinct().Order(StringComparer.Ordinal),
    ];

    private static void HasTheRuntime(string measured)
    {
        foreach (var prefix in (string[])["orleans_", "dotnet_"])
        {
            Assert.Contains(Line().Matches(measured), line => line.Value.StartsWith(prefix, StringComparison.Ordinal));
        }
    }

    [GeneratedRegex(@"^(\w+)(?:\{([^}\n]*)\})? (\S+)", RegexOptions.Multiline)]
    private static partial Regex Line();

    [GeneratedRegex(@"^(quicpair_\w+?)(?:_bucket|_sum|_count)?[{ ]", RegexOptions.Multiline)]
    private static partial Regex Own();

    [GeneratedRegex(@"quicpair_\w+")]
    private static partial Regex Name();
}
