using QuicPair.Client;
using QuicPair.Client.Store;
using QuicPair.Cluster.Tests.Processes;
using QuicPair.Protocol.Messages;
using Xunit;

namespace QuicPair.Cluster.Tests;

/// <summary>One scan for a household of Macs in real processes.</summary>
public sealed class PairOnceTests(Database database)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_scan_is_enough_for_every_Mac_and_one_revocation_ends_them_all()
    {
        await using var household = await Household.Start(database.Server, macs: 3);
        await using var phone = await household.Pair(household.Macs[0], "phone");
        await using (var scanned = await phone.Open(phone.Pairings.Load().Single(), Cancellation))
        {
            Assert.Equal(2, (await phone.UseHousehold(scanned, Cancellation)).Count);
        }

        foreach (var record in phone.Pairings.Load())
        {
            await using var open = await phone.Open(record, Cancellation);
            Assert.IsType<DoneMessage>(await Last(open));
        }

        // Revoked at one Mac while another is away: that one hears of it when it is back.
        var records = phone.Pairings.Load();
        var second = records.Single(record => record.MacId == household.Ids[household.Macs[1].Home]);
        await household.Macs[2].Process.Kill();
        await household.Macs[1].Ask(new { op = "revoke", device = second.DeviceId });
        await household.Restart(2);
        foreach (var record in records)
        {
            await Refused(phone, record);
        }
    }

    [Fact]
    public async Task A_revocation_need_not_wait_for_the_Mac_that_was_scanned()
    {
        await using var household = await Household.Start(database.Server, macs: 3);
        await using var phone = await household.Pair(household.Macs[0], "phone");
        await using (var scanned = await phone.Open(phone.Pairings.Load().Single(), Cancellation))
        {
            Assert.Equal(2, (await phone.UseHousehold(scanned, Cancellation)).Count);
        }

        var records = phone.Pairings.Load();
        foreach (var record in records)
        {
            await (await phone.Open(record, Cancellation)).DisposeAsync();
        }

        // Which other Macs the phone has, that one alone knows; it is away.
        await household.Macs[0].Process.Kill();
        await household.Macs[1].Ask(new { op = "revoke", device = Of(household, 1).DeviceId });
        await Refused(phone, Of(household, 2));
        await household.Restart(0);
        await Refused(phone, Of(household, 0));

        PairingRecord Of(Household house, int mac) =>
            records.Single(record => record.MacId == house.Ids[house.Macs[mac].Home]);
    }

    private static async Task Refused(Phone phone, PairingRecord record)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        for (var tick = 0; tick < 900; tick++)
        {
            try
            {
                await (await phone.Open(record, Cancellation)).DisposeAsync();
            }
            catch (ConnectException failure) when (failure.Reason is ConnectFailure.Refused or ConnectFailure.Revoked)
            {
                return;
            }
            catch (ConnectException)
            {
                // The Mac is on its way back.
            }

            await timer.WaitForNextTickAsync(Cancellation);
        }

        Assert.Fail($"{record} is never refused.");
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
