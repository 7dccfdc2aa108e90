using System.Globalization;
using System.Text.Json;
using QuicPair.Client;
using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Messages;

namespace QuicPair.Cli.Chatting;

/// <summary>Says which way the packets took and where the time went.</summary>
internal static class StatsText
{
    /// <summary>The path in words, such as <c>local, round trip 0.4 ms</c>.</summary>
    public static string Path(PairedMac mac)
    {
        var path = mac.Path.ToString().ToLowerInvariant();
        return mac.RoundTrip is { } trip ? $"{path}, round trip {Milliseconds(trip)}" : path;
    }

    /// <summary>Two lines on stderr, or one line of JSON on stdout.</summary>
    public static void Print(
        Terminal terminal, bool json, PairedMac mac, PathChanges changes, Message end, TimeSpan? firstToken)
    {
        var statistics = (end as DoneMessage)?.Statistics;
        if (json)
        {
            terminal.Out.WriteLine(Json(mac, changes, statistics, firstToken));
            return;
        }

        var timings = mac.Timings;
        terminal.Error.WriteLine($"path {Path(mac)}{Changed(changes)}");
        terminal.Error.WriteLine(string.Join(
            " · ",
            $"signaling {Milliseconds(timings.Signaling)}",
            $"ICE {Milliseconds(timings.Ice)}",
            $"DTLS {Milliseconds(timings.Dtls)}",
            $"SCTP {Milliseconds(timings.Sctp)}",
            $"Noise {Milliseconds(timings.Noise)}",
            $"connected after {Milliseconds(timings.Total)}"));
        terminal.Error.WriteLine(Answer(statistics, firstToken));
    }

    private static string Changed(PathChanges changes) => changes is (1, 0)
        ? ""
        : $" · connections {changes.Connections} · restarts {changes.Restarts}";

    private static string Answer(AnswerStatistics? statistics, TimeSpan? firstToken)
    {
        var here = firstToken is { } after ? $"first token {Milliseconds(after)}" : "no token";
        return statistics is null
            ? here
            : string.Join(
                " · ",
                $"queue {statistics.QueueMs} ms",
                statistics.LoadMs is { } load ? $"load {load} ms" : "load not measured",
                $"prompt {statistics.PromptMs} ms",
                $"{here} (at the Mac {statistics.TtftMs} ms)",
                $"{statistics.Tokens} tokens",
                statistics.TokensPerSecond > 0
                    ? string.Create(CultureInfo.InvariantCulture, $"{statistics.TokensPerSecond:0.#} tokens/s")
                    : "speed not measured");
    }

    private static string Milliseconds(TimeSpan time) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Math.Round(time.TotalMilliseconds, time.TotalMilliseconds < 10 ? 1 : 0)} ms");

    private static string Json(
        PairedMac mac, PathChanges changes, AnswerStatistics? statistics, TimeSpan? firstToken)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("op", "stats");
            writer.WriteString("path", mac.Path.ToString().ToLowerInvariant());
            writer.WriteNumber("connections", changes.Connections);
            writer.WriteNumber("restarts", changes.Restarts);
            Write(writer, "rtt_ms", mac.RoundTrip);
            Write(writer, "signaling_ms", mac.Timings.Signaling);
            Write(writer, "ice_ms", mac.Timings.Ice);
            Write(writer, "dtls_ms", mac.Timings.Dtls);
            Write(writer, "sctp_ms", mac.Timings.Sctp);
            Write(writer, "noise_ms", mac.Timings.Noise);
            Write(writer, "connected_ms", mac.Timings.Total);
            Write(writer, "first_token_ms", firstToken);
            if (statistics is not null)
            {
                writer.WriteNumber("queue_ms", statistics.QueueMs);
                if (statistics.LoadMs is { } load) writer.WriteNumber("load_ms", load);
                writer.WriteNumber("prompt_ms", statistics.PromptMs);
                writer.WriteNumber("ttft_ms", statistics.TtftMs);
                writer.WriteNumber("tokens", statistics.Tokens);
                if (statistics.TokensPerSecond > 0) writer.WriteNumber("tokens_per_s", statistics.TokensPerSecond);
            }

            writer.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void Write(Utf8JsonWriter writer, string name, TimeSpan? time)
    {
        if (time is { } value)
        {
            writer.WriteNumber(name, Math.Round(value.TotalMilliseconds, 3));
        }
    }
}
