using QuicPair.Grains.Interfaces;
using Xunit;

namespace QuicPair.Grains.Tests;

public sealed class OwnerPlacementTests(Household household) : IClassFixture<Household>
{
    private static readonly MacId Nobody = MacId.Parse("zzzzzzzzzzzzzzzz");

    [Fact]
    public async Task A_devices_grain_is_activated_on_its_own_Mac_and_on_no_other()
    {
        var callers = household.Macs.Keys.Select(household.GrainsOn).Append(household.Grains).ToList();
        var keys = new List<PairingKey>();
        foreach (var mac in household.Macs.Values)
        {
            for (var i = 0; i < 20; i++)
            {
                var device = Sample.NewDevice();
                mac.Put(device, PairingStage.Paired);
                keys.Add(new PairingKey(mac.Id, device));
            }
        }

        await Task.WhenAll(keys.SelectMany(key =>
            callers.Select(grains => grains.Pairing(key).Connect(Sample.From(key)))));

        foreach (var mac in household.Macs.Values)
        {
            var own = keys.Where(key => key.Mac == mac.Id).Select(key => $"answer {key}").ToHashSet();
            Assert.Equal(own, [.. mac.Asked]);
            Assert.Equal(own.Count * callers.Count, mac.Asked.Count);
        }
    }

    [Fact]
    public async Task An_absent_Mac_is_a_typed_error_after_one_look()
    {
        foreach (var grains in household.Macs.Keys.Select(household.GrainsOn))
        {
            var key = new PairingKey(Nobody, Sample.NewDevice());
            var error = await Assert.ThrowsAsync<MacUnavailableException>(
                () => grains.Pairing(key).GetState());
            Assert.Equal(Nobody.Value, error.Mac);
            Assert.Equal(1, CountingDirector.PlacementsOf($"{key}"));
        }
    }

    [Fact]
    public async Task A_client_gets_the_same_typed_error()
    {
        var error = await Assert.ThrowsAsync<MacUnavailableException>(
            () => household.Grains.Mac(Nobody).GetState());
        Assert.Equal(Nobody.Value, error.Mac);
    }

    [Fact]
    public async Task A_Mac_that_left_is_not_replaced_by_another()
    {
        var own = new Household();
        await own.InitializeAsync();
        await using var _ = own;
        var gone = own.Macs.Values.Last();
        var device = Sample.NewDevice();
        var key = new PairingKey(gone.Id, device);
        foreach (var mac in own.Macs.Values)
        {
            mac.Put(device, PairingStage.Paired);
        }

        await own.GrainsOn(own.A.Id).Pairing(key).Connect(Sample.From(key));
        await own.Stop(gone.Id);

        await Assert.ThrowsAsync<MacUnavailableException>(
            () => own.GrainsOn(own.A.Id).Pairing(key).Connect(Sample.From(key)));
        Assert.Equal([$"answer {key}"], gone.Asked);
        Assert.All(own.Macs.Values.Where(mac => mac != gone), mac => Assert.Empty(mac.Asked));
    }

    [Fact]
    public async Task A_key_that_is_no_key_is_nobodys()
    {
        var grain = household.Grains.GetGrain<IPairingGrain>("aaaaaaaaaaaaaaaa/not a device");
        await Assert.ThrowsAsync<MacUnavailableException>(grain.GetState);
    }
}
