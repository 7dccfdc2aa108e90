using System.ComponentModel.DataAnnotations;

namespace QuicPair.SignalingApi.Telemetry;

/// <summary>Where measurements are served. Configuration section <c>Metrics</c>.</summary>
public sealed class TelemetryOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Metrics";

    /// <summary>The setting, OpenTelemetry's own, that says where traces go.</summary>
    public const string Collector = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>
    /// The loopback port of <c>/metrics</c>; 0 takes a free one. Default: none, and nothing is served.
    /// </summary>
    [Range(0, 65_535)]
    public int? Port { get; set; }
}
