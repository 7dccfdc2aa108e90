using Npgsql;
using QuicPair.Client;
using QuicPair.Cluster.Tests.Processes;
using QuicPair.EndToEnd;
using QuicPair.Protocol.Messages;
using Xunit;

namespace QuicPair.Cluster.Tests;

/// <summary>Macs in real processes with wrong clocks, beside a front door and a Mac whose clocks are right.</summary>
public sealed class ClockTests(Database database)
{
    // Twice what QP/1 bears.
    private static readonly TimeSpan Much = TimeSpan.FromMinutes(10);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Phones_that_are_connected_stay_and_others_are_refused_until_the_Macs_clock_is_right()
    {
        MacClock.Require();
        await using var household = await Household.Start(database.Server, macs: 1);
        var (fast, slow) = (await Joins(household, "mac-2"), await Joins(household, "mac-3"));
        await using var first = await Guest.Pair(household, 0, "guest-0");
        await using var second = await Guest.Pair(household, 1, "guest-1");
        await using var third = await Guest.Pair(household, 2, "guest-2");
        await using var visitor = await household.Pair(household.Macs[0], "visitor-0");
        await using var ofTheFast = await household.Pair(household.Macs[1], "visitor-1");
        await using var ofTheSlow = await household.Pair(household.Macs[2], "visitor-2");

        await fast.Set(Much, household.Macs[1]);
        await slow.Set(-Much, household.Macs[2]);
        await AllIsWell(household, first, second, third);
        await IsRefused(ofTheFast);
        await IsRefused(ofTheSlow);
        await IsAnsweredWith(household, "visitor-1", Much);
        await IsAnsweredWith(household, "visitor-2", -Much);
        await using (var open = await visitor.Open(visitor.Pairings.Load().Single(), Cancellation))
        {
            Assert.Empty(await visitor.UseHousehold(open, Cancellation));
        }

        await SaysWhy(household, household.Macs[1], "behind");
        await SaysWhy(household, household.Macs[2], "ahead");

        await fast.Set(TimeSpan.Zero, household.Macs[1]);
        await slow.Set(TimeSpan.Zero, household.Macs[2]);
        await AllIsWell(household, first, second, third);
        await IsAnswered(ofTheFast);
        await IsAnswered(ofTheSlow);
        await using var again = await visitor.Open(visitor.Pairings.Load().Single(), Cancellation);
        Assert.Equal(2, (await visitor.UseHousehold(again, Cancellation)).Count);
    }

    [Fact]
    public async Task A_Mac_that_starts_with_a_clock_of_the_day_before_is_a_member_and_serves_once_it_is_right()
    {
        MacClock.Require();
        await using var household = await Household.Start(database.Server, macs: 1);
        var clock = await Joins(household, "mac-2", TimeSpan.FromHours(-23));
        await AllIsWell(household);
        await household.UntilSeen(household.Macs[1], household.Macs[0], "here");

        await clock.Set(TimeSpan.Zero, household.Macs[1]);
        await using var guest = await Guest.Pair(household, 1, "phone");
        await AllIsWell(household, guest);
    }

    [Fact]
    public async Task A_Mac_whose_clock_is_set_back_by_a_day_while_it_runs_pairs_new_phones_and_stays_a_member()
    {
        MacClock.Require();
        await using var household = await Household.Start(database.Server, macs: 1);
        var clock = await Joins(household, "mac-2", TimeSpan.FromHours(23));

        await clock.Set(TimeSpan.Zero, household.Macs[1]);
        await using var guest = await Guest.Pair(household, 1, "phone");
        await AllIsWell(household, guest);
        await WritesThatItLives(household, household.Macs[1]);
    }

    /// <summary>One more Mac, whose clock is the test's.</summary>
    private static async Task<MacClock> Joins(Household household, string name, TimeSpan ahead = default)
    {
        var clock = new MacClock(household.Of($"{name}.clock"), ahead);
        var mac = await household.StartMac(name, more: clock.Settings);
        household.Macs.Add(mac);
        await household.Until(mac, 403);
        return clock;
    }

    /// <summary>Sessions go on, the front door reaches each Mac, and the first Mac sees each.</summary>
    private static async Task AllIsWell(Household household, params Guest[] guests)
    {
        foreach (var guest in guests) await guest.IsAnswered();
        foreach (var mac in household.Macs)
        {
            Assert.Equal(403, await household.Knock(mac));
            await household.UntilSeen(household.Macs[0], mac, "here");
        }
    }

    private static async Task IsAnswered(Phone phone)
    {
        await using var open = await phone.Open(phone.Pairings.Load().Single(), Cancellation);
        Assert.IsType<DoneMessage>(await Answers.Last(open));
    }

    private static async Task IsRefused(Phone phone)
    {
        var refusal = await Assert.ThrowsAsync<ConnectException>(
            () => phone.Open(phone.Pairings.Load().Single(), Cancellation));
        Assert.Equal(ConnectFailure.Refused, refusal.Reason);
    }

    /// <summary>The same pairing on a phone whose clock is as wrong as its Mac's.</summary>
    private static async Task IsAnsweredWith(Household household, string name, TimeSpan ahead)
    {
        await using var phone = new Phone(new PhoneOptions
        {
            Name = name,
            StorePath = household.Of($"{name}.json"),
            TimeProvider = new WrongClock(ahead),
        });
        await IsAnswered(phone);
    }

    /// <summary>Waits until what a Mac tells the list of members is of a time that its clock had since.</summary>
    private static async Task WritesThatItLives(Household household, MacProcess mac)
    {
        await using var connection = new NpgsqlConnection(household.Settings()["Cluster__ConnectionString"]);
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(
            "SELECT IAmAliveTime < now() AT TIME ZONE 'UTC' + interval '1 hour' FROM OrleansMembershipTable "
            + "WHERE Status = 3 AND SiloName = $1", connection);
        command.Parameters.AddWithValue(household.Ids[mac.Home]);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        var isLately = false;
        for (var tick = 0; tick < 450 && !isLately; tick++)
        {
            isLately = (bool)(await command.ExecuteScalarAsync(Cancellation))!;
            await timer.WaitForNextTickAsync(Cancellation);
        }

        Assert.True(isLately);
    }

    /// <summary>The audit log names what the voucher was refused for, doctor the clock.</summary>
    private static async Task SaysWhy(Household household, MacProcess mac, string side)
    {
        var audit = "";
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        for (var tick = 0; tick < 300 && !audit.Contains("\"voucher_time\"", StringComparison.Ordinal); tick++)
        {
            audit = await File.ReadAllTextAsync(Path.Combine(mac.Home, "audit.log"), Cancellation);
            await timer.WaitForNextTickAsync(Cancellation);
        }

        Assert.Contains("\"voucher_time\"", audit, StringComparison.Ordinal);
        var (exit, output, _) = await household.Command(mac, "doctor");
        Assert.Equal(1, exit);
        Assert.Matches($@"FAIL  db clock   The database's clock is (59\d|60\d) s {side}\.", output);
    }

    private sealed class WrongClock(TimeSpan ahead) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + ahead;
    }
}
