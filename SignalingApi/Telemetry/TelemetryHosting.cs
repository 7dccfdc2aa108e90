using System.Diagnostics;
using System.Net;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace QuicPair.SignalingApi.Telemetry;

/// <summary>
/// OpenTelemetry over QuicPair's, Orleans's and the server's own meters and activities. Metrics go to
/// <see cref="MetricsListener"/>; traces leave only when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says where to.
/// </summary>
public static class TelemetryHosting
{
    /// <summary>Makes a call between grains a part of its caller's trace, if traces are sent anywhere.</summary>
    public static ISiloBuilder AddCallTraces(this ISiloBuilder silo)
    {
        ArgumentNullException.ThrowIfNull(silo);
        return SendsTraces(silo.Configuration) ? silo.AddActivityPropagation() : silo;
    }

    internal static void AddTelemetry(this WebApplicationBuilder builder)
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

        if (!SendsTraces(builder.Configuration)) return;

        // A request's span has neither its path, which may hold ids, nor who asked: said here, as later releases may
        // have it otherwise.
        AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", true);
        builder.Services.AddSingleton<DistributedContextPropagator, HouseholdPropagator>();

        // The exporter makes its own client, and the system's proxy may be anywhere.
        if (builder.Configuration.GetValue(FrontDoorOptions.LocalOnly, false)) HttpClient.DefaultProxy = new WebProxy();
        telemetry.WithTracing(traces => traces
            .AddSource(Meters.Name, "Microsoft.AspNetCore")
            .AddSource("Microsoft.Orleans.Runtime", "Microsoft.Orleans.Application")
            .AddOtlpExporter());
    }

    private static bool SendsTraces(IConfiguration configuration) =>
        !string.IsNullOrEmpty(configuration[TelemetryOptions.Collector]);
}
