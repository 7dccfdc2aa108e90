using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace QuicPair.SignalingApi.Telemetry;

/// <summary>
/// OpenTelemetry over QuicPair's, Orleans's and the server's own meters and activities. Metrics go to
/// <see cref="MetricsListener"/>; traces leave only when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says where to.
/// </summary>
internal static class TelemetryHosting
{
    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<TelemetryOptions>().BindConfiguration(TelemetryOptions.Section)
            .ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<MetricsListener>();
        builder.Services.AddHostedService(services => services.GetRequiredService<MetricsListener>());
        var telemetry = builder.Services.AddOpenTelemetry();
        if (builder.Configuration.GetSection(TelemetryOptions.Section).Get<TelemetryOptions>()?.Port is not null)
        {
            telemetry.WithMetrics(metrics => metrics
                .AddMeter(Meters.Name, "Microsoft.Orleans", "System.Runtime")
                .AddMeter("Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel")
                .AddPrometheusExporter());
        }

        if (!string.IsNullOrEmpty(builder.Configuration[TelemetryOptions.Collector]))
        {
            telemetry.WithTracing(traces => traces
                .AddSource(Meters.Name, "Microsoft.Orleans.Runtime", "Microsoft.Orleans.Application")
                .AddOtlpExporter());
        }
    }
}
