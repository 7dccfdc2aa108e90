using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;

namespace QuicPair.SignalingApi.Telemetry;

/// <summary>
/// Serves <c>/metrics</c> in Prometheus's text format on a loopback port of its own: the front door's ports show
/// nothing of it, however they are forwarded.
/// </summary>
public sealed class MetricsListener : IHostedService, IAsyncDisposable
{
    private readonly TelemetryOptions _options;
    private readonly MeterProvider? _meters;
    private WebApplication? _app;

    /// <summary>Starts with the host.</summary>
    public MetricsListener(IOptions<TelemetryOptions> options, IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Value;
        _meters = services.GetService<MeterProvider>();
    }

    /// <summary>Where it is served; null when it is not.</summary>
    public Uri? Address { get; private set; }

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_options.Port is not { } port || _meters is null)
        {
            return;
        }

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, port);
        });
        builder.Services.AddSingleton<DistributedContextPropagator, HouseholdPropagator>();
        _app = builder.Build();
        _app.Use(OnlyThisMachine);
        _app.UseOpenTelemetryPrometheusScrapingEndpoint(
            _meters, predicate: null, path: "/metrics", configureBranchedPipeline: null, optionsName: null);
        await _app.StartAsync(cancellationToken);
        Address = new Uri(new Uri(_app.Urls.First()), "/metrics");
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) =>
        _app?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app?.DisposeAsync() ?? ValueTask.CompletedTask;

    // A site of the web may make its own name point at this machine; it cannot take this machine's names.
    private static Task OnlyThisMachine(HttpContext http, RequestDelegate next)
    {
        if (http.Request.Host.Host is "localhost" or "127.0.0.1")
        {
            return next(http);
        }

        http.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
        return Task.CompletedTask;
    }
}
