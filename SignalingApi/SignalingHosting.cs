using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Dashboard;
using QuicPair.Cluster;
using QuicPair.Grains.Interfaces;
using QuicPair.SignalingApi.Dashboard;
using QuicPair.SignalingApi.Fleet;
using QuicPair.SignalingApi.Hardening;
using QuicPair.SignalingApi.Ice;
using QuicPair.SignalingApi.Limits;
using QuicPair.SignalingApi.Offers;
using QuicPair.SignalingApi.Pages;
using QuicPair.SignalingApi.Problems;
using QuicPair.SignalingApi.Telemetry;

namespace QuicPair.SignalingApi;

/// <summary>Puts the front door into a web host that also runs a silo: a Mac's, or one of its own.</summary>
public static class SignalingHosting
{
    private const string Defaults = "QuicPair.SignalingApi.Defaults.signaling.json";

    /// <summary>
    /// Adds the front door's configuration defaults, limits and services. The host adds the silo
    /// (<see cref="SiloHouseholds"/>) and, with <see cref="AddSignalingDashboard"/>, the dashboard's feed.
    /// </summary>
    public static WebApplicationBuilder AddSignaling(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Configuration.AddEmbeddedDefaults(typeof(SignalingHosting).Assembly, Defaults);
        builder.WebHost.ConfigureKestrel(KestrelLimits.Apply);
        builder.Logging.AddQuietOrleans().AddQuietSignaling();

        var services = builder.Services;
        services.AddOptions<FrontDoorOptions>().BindConfiguration(FrontDoorOptions.Section)
            .ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<IceOptions>().Configure<IConfiguration>((ice, configuration) => ice.Fill(configuration))
            .ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<LimitOptions>().BindConfiguration(LimitOptions.Section)
            .ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        builder.AddTelemetry();
        services.AddSingleton<FleetView>();
        services.AddHostedService<FleetWatch>();
        services.AddSingleton<MacCalls>();
        services.AddSingleton<MacPresence>();
        services.AddSingleton<MacChoice>();
        services.AddSingleton<LastSeen>();
        services.AddSingleton(provider => new OpenQuestions<string, FleetSnapshot>(
            door => provider.GetRequiredService<IGrainFactory>().Fleet(door).GetState()));
        services.AddSingleton(provider => new OpenQuestions<MacId, MacSnapshot>(
            mac => provider.GetRequiredService<IGrainFactory>().Mac(mac).GetState()));
        services.AddSingleton<FleetBoard>();
        services.AddSingleton<FleetFollowers>();
        services.AddSingleton<IceServers>();
        services.AddSingleton<PhonePage>();
        services.AddSingleton<OperatorToken>();
        services.AddRateLimiter(limiter => SignalingLimiter.Apply(limiter, Bound(builder.Configuration)));
        return builder;
    }

    /// <summary>Feeds the dashboard from a silo. Without it the front door serves none.</summary>
    public static ISiloBuilder AddSignalingDashboard(this ISiloBuilder silo)
    {
        ArgumentNullException.ThrowIfNull(silo);
        silo.Services.AddSingleton<DashboardMark>();

        // The trace would stream the process's log to whoever watches.
        return silo.AddDashboard(dashboard => dashboard.HideTrace = true);
    }

    /// <summary>Maps the front door: signaling, health, the phone's page and the dashboard.</summary>
    public static WebApplication MapSignaling(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseMiddleware<SecurityHeaders>();
        app.UseKnownProxies();
        app.UseMiddleware<ProblemPages>();
        app.UseMiddleware<HostGuard>();
        app.UseMiddleware<OperatorGuard>();
        app.UseRouting();
        app.UseRateLimiter();

        app.MapPost("/signaling/offer", OfferEndpoint.Handle);
        app.MapPost("/signaling/ice", IceEndpoint.Handle);
        app.MapGet("/healthz", HealthEndpoints.Live);
        app.MapGet("/readyz", HealthEndpoints.Ready);
        app.MapGet("/", () => Results.Redirect("/p"));
        app.MapGet(OperatorGuard.Fleet, (HttpContext http, PhonePage page) => page.GetFleet(http));
        app.MapGet("/api/macs", FleetEndpoints.Get);
        app.MapGet("/api/macs/events", FleetEndpoints.Follow);
        app.MapPost("/api/macs/{mac}/devices/{device}/revoke", FleetEndpoints.Revoke);
        app.MapGet("/p/{**path}", (HttpContext http, PhonePage page, string? path) => page.Get(http, path));
        if (app.Services.GetService<DashboardMark>() is not null)
        {
            app.MapOrleansDashboard(OperatorGuard.Dashboard);
        }

        return app;
    }

    private static LimitOptions Bound(ConfigurationManager configuration) =>
        configuration.GetSection(LimitOptions.Section).Get<LimitOptions>() ?? new LimitOptions();

    private static void UseKnownProxies(this WebApplication app)
    {
        var proxies = app.Services.GetRequiredService<IOptions<FrontDoorOptions>>().Value.KnownProxies;
        if (proxies.Count == 0)
        {
            return;
        }

        var forwarded = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,
            ForwardLimit = 1,
        };
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var proxy in proxies)
        {
            forwarded.KnownProxies.Add(IPAddress.Parse(proxy));
        }

        app.UseForwardedHeaders(forwarded);
    }

    /// <summary>
    /// Request logs name addresses and, in a dashboard link, the token: they stay off at any level below.
    /// </summary>
    private static ILoggingBuilder AddQuietSignaling(this ILoggingBuilder logging) => logging
        .AddFilter("Microsoft.AspNetCore", LogLevel.Warning)
        .AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning)
        .AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Warning)
        .AddFilter("Microsoft.Hosting", LogLevel.Warning);
}
