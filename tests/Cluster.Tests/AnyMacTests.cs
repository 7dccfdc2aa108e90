using QuicPair.Client;
using QuicPair.Cluster.Tests.Processes;
using QuicPair.EndToEnd;
using QuicPair.Protocol;
using QuicPair.Protocol.Messages;
using Xunit;

namespace QuicPair.Cluster.Tests;

/// <summary>A phone that is paired with every Mac of a household and asks for a model, not for a Mac.</summary>
public sealed class AnyMacTests(Database database)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_phone_of_a_Mac_that_freezes_or_dies_is_served_by_another()
    {
        await using var household = await Household.Start(database.Server, macs: 3);
        await using var phone = await household.Pair(household.Macs[0], "phone");
        foreach (var mac in household.Macs.Skip(1))
        {
            Assert.True(PairingLink.TryParse(await mac.InviteFromAway(), out var link, out string _));
            await (await phone.Pair(link, Cancellation)).DisposeAsync();
        }

        var connect = phone.AnyMac(model: null);
        var frozen = await Serving(household, connect, except: null);
        Signals.Stop(frozen.Process.Id);
        var dead = await Serving(household, connect, frozen);
        Signals.Continue(frozen.Process.Id);
        await household.Until(frozen, 403);
        await dead.Process.Kill();
        await Serving(household, connect, dead);
    }

    /// <summary>Asks for an answer; the Mac that gave it.</summary>
    private static async Task<MacProcess> Serving(
        Household household, Func<CancellationToken, Task<PairedMac>> connect, MacProcess? except)
    {
        await using var live = await connect(Cancellation);
        var mac = household.Macs.Single(mac => household.Ids[mac.Home] == live.Pairing.MacId);
        Assert.NotEqual(except, mac);
        Assert.IsType<DoneMessage>(await Answers.Last(live));
        return mac;
    }
}
