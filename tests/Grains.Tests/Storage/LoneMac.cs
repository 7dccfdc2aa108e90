using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using QuicPair.Cluster;
using QuicPair.Cluster.Storage;
using QuicPair.Grains.Interfaces;
using QuicPair.Grains.Ports;

namespace QuicPair.Grains.Tests.Storage;

/// <summary>A household of one with its state in a real file.</summary>
internal sealed class LoneMac : IAsyncDisposable
{
    private readonly IHost _host;

    private LoneMac(IHost host, FakeMac mac)
    {
        _host = host;
        Mac = mac;
    }

    public FakeMac Mac { get; }

    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    public IPEndPoint SiloAddress =>
        _host.Services.GetRequiredService<IOptions<EndpointOptions>>().Value.SiloListeningEndpoint!;

    public static async Task<LoneMac> Start(string path, StateKey key)
    {
        var mac = new FakeMac(MacId.Parse("dddddddddddddddd"));
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IOfferGate>(mac).AddSingleton<IPeerHost>(mac);
        builder.Services.AddSingleton<IDeviceKeys>(mac).AddSingleton<IMacStatus>(mac).AddSingleton<IVouchers>(mac);
        builder.UseOrleans(silo =>
            silo.UseHousehold(mac.Id.Value).UseOwnerPlacement().UseSealedSqlite(path, key));
        var host = builder.Build();
        await host.StartAsync();
        return new LoneMac(host, mac);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
