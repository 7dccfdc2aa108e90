using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using QuicPair.Cluster.Placement;
using QuicPair.Cluster.Supervision;
using QuicPair.Grains.Interfaces;
using QuicPair.Grains.Ports;
using QuicPair.Grains.Tests;

namespace QuicPair.Cluster.Tests.Processes;

/// <summary>A silo in the test's own process.</summary>
internal sealed class Member : IAsyncDisposable
{
    private readonly IHost _host;

    private Member(IHost host) => _host = host;

    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    public ClusterMembershipSnapshot Snapshot =>
        _host.Services.GetRequiredService<IClusterMembershipService>().CurrentSnapshot;

    /// <summary>Starts a silo.</summary>
    /// <param name="name">Its name: a Mac's id, or a front door's.</param>
    /// <param name="options">Its household.</param>
    /// <param name="change">What it does differently from an honest member.</param>
    /// <param name="patience">For how many seconds it tries to join.</param>
    public static async Task<Member> Start(
        string name, HouseholdOptions options, Action<ISiloBuilder>? change = null, int patience = 60)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleans(silo =>
        {
            if (MacId.TryParse(name, out var id))
            {
                var mac = new FakeMac(id);
                silo.Services.AddSingleton<IOfferGate>(mac).AddSingleton<IPeerHost>(mac);
                silo.Services.AddSingleton<IDeviceKeys>(mac).AddSingleton<IMacStatus>(mac)
                    .AddSingleton<IVouchers>(mac);
            }

            silo.UseHousehold(name, options).UseOwnerPlacement();
            silo.Configure<ClusterMembershipOptions>(o => o.MaxJoinAttemptTime = TimeSpan.FromSeconds(patience));
            change?.Invoke(silo);
        });
        var host = builder.Build();
        try
        {
            await host.StartAsync();
        }
        catch
        {
            await host.Abandon();
            throw;
        }

        return new Member(host);
    }

    /// <summary>
    /// Ends once this silo may call the one of that name: what others can do is learned behind the list of members.
    /// </summary>
    public async Task Knows(string name, CancellationToken cancellation)
    {
        var manifests = _host.Services.GetRequiredService<IClusterManifestProvider>();
        await foreach (var manifest in manifests.Updates.WithCancellation(cancellation))
        {
            if (Snapshot.FindActive(name) is { } silo && manifest.Silos.ContainsKey(silo)) return;
        }
    }

    /// <summary>Also one that the others declared dead, which cannot stop in order.</summary>
    public ValueTask DisposeAsync() => new(_host.Abandon());
}
