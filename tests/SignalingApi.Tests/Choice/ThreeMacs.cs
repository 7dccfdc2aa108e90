using QuicPair.Cluster;
using QuicPair.Grains.Interfaces;
using QuicPair.Grains.Ports;
using QuicPair.Grains.Tests;
using QuicPair.Interop.Peers;
using Xunit;

namespace QuicPair.SignalingApi.Tests.Choice;

/// <summary>A front door alone and three Macs that joined it over the network; it remembers a fourth.</summary>
public sealed class ThreeMacs : IAsyncLifetime
{
    public const string A = "aaaaaaaaaaaaaaaa";
    public const string B = "bbbbbbbbbbbbbbbb";
    public const string C = "cccccccccccccccc";
    public const string Away = "dddddddddddddddd";

    private readonly List<FrontDoor> _members = [];

    public FrontDoor Door => _members[0];

    public async ValueTask InitializeAsync()
    {
        var primary = FreePort.Next();
        _members.Add(await FrontDoor.Start(ClusterIdentity.FrontDoor, new HouseholdOptions { Port = primary }));
        foreach (var mac in new[] { A, B, C })
        {
            _members.Add(await FrontDoor.Start(mac, new HouseholdOptions { Primary = $"127.0.0.1:{primary}" }));
        }

        Door.Fleet.Add(MacId.Parse(Away));
        while (!new[] { A, B, C }.All(mac => Door.Fleet.IsHere(MacId.Parse(mac))))
        {
            await Task.Yield();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var member in Enumerable.Reverse(_members))
        {
            await member.DisposeAsync();
        }
    }

    internal FakeMac MacA => _members[1].Mac;

    internal FakeMac MacB => _members[2].Mac;

    internal FakeMac MacC => _members[3].Mac;

    /// <summary>Three equal Macs, each paired with the device.</summary>
    internal void Reset(DeviceId device)
    {
        foreach (var mac in new[] { MacA, MacB, MacC })
        {
            mac.Put(device, PairingStage.Paired);
            mac.Verdict = _ => new OfferVerdict.Verified();
            mac.Hold = Task.CompletedTask;
            mac.IsDraining = false;
            mac.Loaded = [];
            mac.Running = mac.Waiting = 0;
        }
    }
}
