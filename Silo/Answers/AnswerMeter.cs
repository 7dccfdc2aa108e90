using System.Diagnostics.Metrics;
using QuicPair.Protocol.Chat;
using QuicPair.SignalingApi.Telemetry;

namespace QuicPair.Silo.Answers;

/// <summary>Answers, measured: how many, how long to the first token, where that time went.</summary>
internal static class AnswerMeter
{
    private static readonly Counter<long> Answers = Meters.QuicPair.CreateCounter<long>(
        "quicpair.answers", "{answer}", "Answers that ended.");

    private static readonly Counter<long> Tokens = Meters.QuicPair.CreateCounter<long>(
        "quicpair.answer.tokens", "{token}", "Tokens of the answers.");

    private static readonly Histogram<double> Time = Meters.QuicPair.CreateHistogram<double>(
        "quicpair.answer.duration", "s", "Where the time to the first token went, by part.");

    public static void Ended(AnswerStatistics? statistics)
    {
        Answers.Add(1, Tag("outcome", statistics is null ? "failed" : "done"));
        if (statistics is null) return;
        Tokens.Add(statistics.Tokens);
        Record("queue", statistics.QueueMs);
        if (statistics.LoadMs is { } load) Record("load", load);
        Record("prompt", statistics.PromptMs);
        Record("first_token", statistics.TtftMs);
    }

    private static void Record(string part, long milliseconds) => Time.Record(milliseconds / 1e3, Tag("part", part));

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
