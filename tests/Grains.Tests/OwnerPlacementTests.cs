using System.Diagnostics;
using QuicPair.Grains.Interfaces;
using Xunit;

namespace QuicPair.Grains.Tests;

public sealed class OwnerPlacementTests(Household household, ITestOutputHelper output) : IClassFixture<Household>
{
    private const int Calls = 20;

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
    public async Task An_absent_Mac_is_a_typed_error_after_one_look_that_waits_for_nothing()
    {
        foreach (var grains in household.Macs.Keys.Select(household.GrainsOn))
        {
            var key = new PairingKey(Nobody, Sample.NewDevice());
            var error = await Assert.ThrowsAsync<MacUnavailableException>(
                () => grains.Pairing(key).GetState());
            Assert.Equal(Nobody.Value, error.Mac);
            Assert.Equal((1, 0), (CountingDirector.PlacementsOf($"{key}"), CountingDirector.WaitsOf($"{key}")));
        }
    }

    [Fact]
    public async Task An_absent_Mac_is_told_in_milliseconds_because_nobody_else_is_asked_and_nothing_awaited()
    {
        var times = new List<double>();
        foreach (var grains in household.Macs.Keys.Select(household.GrainsOn))
        {
            for (var call = 0; call < Calls; call++)
            {
                var key = new PairingKey(Nobody, Sample.NewDevice());
                var start = Stopwatch.GetTimestamp();
                await Assert.ThrowsAsync<MacUnavailableException>(() => grains.Pairing(key).GetState());
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                Assert.Equal((1, 0), (CountingDirector.PlacementsOf($"{key}"), CountingDirector.WaitsOf($"{key}")));
                Assert.False(household.IsActive(key));
            }
        }

        times.Sort();
        output.WriteLine(
            $"{times.Count} calls to an absent Mac: fastest {times[0]:F2} ms, median {times[times.Count / 2]:F2} ms, "
            + $"slowest {times[^1]:F2} ms");
    }

    [Fact]
    public async Task A_client_gets_the_same_typed_error()
    {
        var error = await Assert.ThrowsAsync<MacUnavailableException>(
            () => household.Grains.Mac(Nobody).GetState());
        Assert.Equal(Nobody.Value, error.Mac);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_Mac_that_left_or_was_killed_is_not_replaced_by_another(bool killed)
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
        await (killed ? own.Kill(gone.Id, own.A.Id, TestContext.Current.CancellationToken) : own.Stop(gone.Id));

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
