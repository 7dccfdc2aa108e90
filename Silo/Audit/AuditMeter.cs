using System.Diagnostics.Metrics;
using System.Text.Json;
using QuicPair.SignalingApi.Telemetry;

namespace QuicPair.Silo.Audit;

/// <summary>The audit log's events, counted.</summary>
internal static class AuditMeter
{
    private static readonly Counter<long> Events = Meters.QuicPair.CreateCounter<long>(
        "quicpair.audit.events", "{event}", "Pairings, refusals and the other events of the audit log.");

    public static void Count(AuditEvent what, string? reason)
    {
        var name = JsonNamingPolicy.SnakeCaseLower.ConvertName(what.ToString());
        if (reason is null) Events.Add(1, KeyValuePair.Create("event", (object?)name));
        else Events.Add(1, KeyValuePair.Create("event", (object?)name), KeyValuePair.Create("reason", (object?)reason));
    }
}
