using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Providers;
using Orleans.Runtime.Placement;
using Orleans.Storage;
using Orleans.TestingHost;
using QuicPair.Cluster;
using QuicPair.Cluster.Placement;
using QuicPair.Grains.Interfaces;
using QuicPair.Grains.Placement;
using QuicPair.Grains.Ports;
using Xunit;

namespace QuicPair.Grains.Tests;

/// <summary>Three Macs in one process, each a silo of its own name.</summary>
public sealed class Household : IAsyncLifetime
{
    private static readonly string[] Names = ["aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb", "cccccccccccccccc"];
    private readonly ConcurrentQueue<string> _free = new(Names);
    private readonly InProcessTestCluster _cluster;

    public Household()
    {
        Macs = Names.Select(name => new FakeMac(MacId.Parse(name))).ToDictionary(mac => mac.Id);
        var builder = new InProcessTestClusterBuilder(3);
        builder.Options.AssumeHomogenousSilosForTesting = false;
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureSilo((_, silo) => Configure(silo));
        builder.ConfigureHost(host => host.Logging.AddQuietOrleans());
        _cluster = builder.Build();
    }

    public IGrainFactory Grains => _cluster.Client;

    internal Dictionary<MacId, FakeMac> Macs { get; }

    internal MapStorage Storage { get; } = new();

    internal FakeMac A => Macs.Values.First();

    public async ValueTask InitializeAsync() => await _cluster.DeployAsync();

    public async ValueTask DisposeAsync() => await _cluster.DisposeAsync();

    /// <summary>The grain factory of a Mac's own silo.</summary>
    internal IGrainFactory GrainsOn(MacId mac) => Services(mac).GetRequiredService<IGrainFactory>();

    internal bool IsActive(PairingKey key) =>
        _cluster.TryGetGrainContext(Grains.Pairing(key).GetGrainId(), out _);

    internal Task Stop(MacId mac) => _cluster.StopSiloAsync(Silo(mac));

    /// <summary>
    /// Ends a Mac's silo with no time to take its leave, and has another one declare it dead, as missed probes do.
    /// </summary>
    internal async Task Kill(MacId mac, MacId witness, CancellationToken cancellation)
    {
        var membership = Services(witness).GetRequiredService<IClusterMembershipService>();
        var silo = Silo(mac);
        await _cluster.KillSiloAsync(silo, cancellation);
        await membership.TryKill(silo.SiloAddress);
        await foreach (var seen in membership.MembershipUpdates.WithCancellation(cancellation))
        {
            if (seen.GetSiloStatus(silo.SiloAddress) == SiloStatus.Dead) return;
        }
    }

    private IServiceProvider Services(MacId mac) => _cluster.GetSiloServiceProvider(Silo(mac).SiloAddress);

    private InProcessSiloHandle Silo(MacId mac) => _cluster.Silos.Single(silo =>
    {
        var services = _cluster.GetSiloServiceProvider(silo.SiloAddress);
        return services.GetRequiredService<ILocalSiloDetails>().Name == mac.Value;
    });

    private void Configure(ISiloBuilder silo)
    {
        if (!_free.TryDequeue(out var name))
        {
            throw new InvalidOperationException("A household of the tests has three Macs.");
        }

        var mac = Macs[MacId.Parse(name)];
        silo.UseOwnerPlacement();
        silo.Services.PostConfigure<SiloOptions>(options => options.SiloName = name);
        silo.Services.AddSingleton<IOfferGate>(mac);
        silo.Services.AddSingleton<IPeerHost>(mac);
        silo.Services.AddSingleton<IDeviceKeys>(mac);
        silo.Services.AddSingleton<IMacStatus>(mac);
        silo.Services.AddSingleton<IVouchers>(mac);
        silo.Services.AddKeyedSingleton<IGrainStorage>(
            ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME,
            Storage);
        silo.Services.AddKeyedSingleton<IPlacementDirector>(
            typeof(OwnerPlacement),
            (services, _) => new CountingDirector(new OwnerPlacementDirector(
                services.GetRequiredService<IClusterMembershipService>())));
    }
}
