using QuicPair.Cluster.Tests.Processes;
using QuicPair.Grains.Interfaces;
using QuicPair.Protocol.Messages;
using Xunit;

namespace QuicPair.Cluster.Tests;

/// <summary>Three Macs and a front door as processes over one PostgreSQL.</summary>
public sealed class SharedHouseholdTests(Database database)
{
    [Fact]
    public async Task Phones_reach_three_macs_through_one_front_door()
    {
        await using var household = await Household.Start(database.Server, macs: 3);
        foreach (var (mac, index) in household.Macs.Select((mac, index) => (mac, index)))
        {
            await using var phone = await household.Pair(mac, $"phone-{index}");
            await using var paired = await phone.Open(
                phone.Pairings.Load().Single(), TestContext.Current.CancellationToken);
            Assert.IsType<DoneMessage>(await Answers.Last(paired));
            var devices = await mac.Ask(new { op = "devices" });
            Assert.Equal($"phone-{index}", devices.GetProperty("devices")[0].GetProperty("name").GetString());
        }
    }

    [Fact]
    public async Task No_grain_call_of_a_member_admits_a_device()
    {
        await using var household = await Household.Start(database.Server, macs: 1);
        var mac = MacId.Parse((await household.Macs[0].Ask(new { op = "status" })).GetProperty("macId").GetString()!);
        const string Rogue = "bbbbbbbbbbbbbbbb";
        await using var member = await Member.Start(Rogue, household.Options(Rogue));
        await member.Knows(mac.Value, TestContext.Current.CancellationToken);
        var device = DeviceId.Parse("abcdefghijklmnop");
        var offer = new OfferEnvelope(
            mac, device, "v=0", DateTimeOffset.UtcNow.ToUnixTimeSeconds(), [.. new byte[16]], [1], [.. new byte[16]]);
        var pairing = member.Grains.Pairing(new PairingKey(mac, device));

        await pairing.Refresh();
        Assert.Equal(OfferProblem.Refused, (await pairing.Connect(offer)).Problem);
        Assert.Equal(OfferProblem.Refused, (await member.Grains.Mac(mac).Offer(offer)).Problem);
        Assert.Null((await pairing.GetState()).Stage);
        Assert.Empty((await member.Grains.Mac(mac).GetState()).Devices);
        var devices = await household.Macs[0].Ask(new { op = "devices" });
        Assert.Equal(0, devices.GetProperty("devices").GetArrayLength());
    }
}
