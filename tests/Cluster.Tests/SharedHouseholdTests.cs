using QuicPair.Client;
using QuicPair.Cluster.Tests.Processes;
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
            Assert.IsType<DoneMessage>(await Last(paired));
            var devices = await mac.Ask(new { op = "devices" });
            Assert.Equal($"phone-{index}", devices.GetProperty("devices")[0].GetProperty("name").GetString());
        }
    }

    private static async Task<Message?> Last(PairedMac mac)
    {
        Message? last = null;
        await foreach (var message in mac.Chat(new ChatMessage { Prompt = "Hello" }))
        {
            last = message;
        }

        return last;
    }
}
