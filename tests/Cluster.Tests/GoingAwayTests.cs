using System.Text.Json;
using QuicPair.Client;
using QuicPair.Cluster.Tests.Processes;
using QuicPair.EndToEnd;
using QuicPair.Protocol.Messages;
using Xunit;

namespace QuicPair.Cluster.Tests;

/// <summary>
/// Macs, a database and answers that go away, in real processes with the default probe settings. Each knock has five
/// seconds; one that gets no answer by then fails its test, but where it only waits for a state.
/// </summary>
public sealed class GoingAwayTests(Database database)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_mac_that_is_gone_is_told_in_time_and_the_others_do_not_notice(bool frozen)
    {
        await using var household = await Household.Start(database.Server, macs: 3);
        await using var phone = await household.Pair(household.Macs[0], "phone");
        await using var neighbour = await household.Pair(household.Macs[1], "neighbour");
        await using var live = await neighbour.Open(neighbour.Pairings.Load().Single(), Cancellation);
        using var end = new CancellationTokenSource();
        var load = household.Load([household.Macs[1], household.Macs[2]], end.Token);

        var gone = household.Macs[0];
        if (frozen)
        {
            Signals.Stop(gone.Process.Id);
        }
        else
        {
            await gone.Process.Kill();
        }

        // Each knock has five seconds; a signal takes a moment to stop every thread.
        await household.Until(gone, 503);
        Assert.IsType<DoneMessage>(await Answers.Last(live));
        await household.Pair(household.Macs[2], "newcomer");
        if (frozen)
        {
            Signals.Continue(gone.Process.Id);
        }
        else
        {
            await household.Restart(0);
        }

        await household.Until(household.Macs[0], 403);
        await using var back = await phone.Open(phone.Pairings.Load().Single(), Cancellation);
        Assert.IsType<DoneMessage>(await Answers.Last(back));
        await end.CancelAsync();
        var (knocks, odd) = await load;
        Assert.True(knocks > 100, $"only {knocks} knocks");
        Assert.Empty(odd);
    }

    [Fact]
    public async Task Phones_go_on_without_the_database_and_all_is_well_when_it_is_back()
    {
        var (household, server) = await Household.StartWithServer(macs: 2);
        await using var members = household;
        await using var phone = await household.Pair(household.Macs[0], "phone");
        await using var live = await phone.Open(phone.Pairings.Load().Single(), Cancellation);
        await server.Kill();
        Assert.IsType<DoneMessage>(await Answers.Last(live));
        Assert.Contains(await household.Knock(household.Macs[1]), new[] { 403, 503 });
        Assert.IsType<DoneMessage>(await Answers.Last(live));

        await server.StartAgain();
        await household.Until(household.Macs[1], 403);
        await using var later = await household.Pair(household.Macs[1], "later");
        Assert.IsType<DoneMessage>(await Answers.Last(live));
    }

    [Fact]
    public async Task A_mac_that_starts_before_its_database_waits_for_it_and_ends_in_order_meanwhile()
    {
        var (household, server) = await Household.StartWithServer(macs: 1);
        await using var members = household;
        var mac = household.Macs[0];
        await mac.Process.Kill();
        await server.Kill();
        await using (var asked = MacProcess.Launch(mac.Home, 0, household.SettingsOf(mac)))
        {
            await asked.Line(IsWaiting);
            await asked.Terminate();
            Assert.Equal(0, await asked.Exit());
            Assert.DoesNotContain("Exception", asked.Errors, StringComparison.Ordinal);
        }

        await using var patient = MacProcess.Launch(mac.Home, 0, household.SettingsOf(mac));
        await patient.Line(IsWaiting);
        await server.StartAgain();
        await patient.Line(line => line.StartsWith("Pair a phone", StringComparison.Ordinal));
        Assert.Single(patient.Errors.Split('\n'), IsWaiting);
        await household.Until(mac, 403);
    }

    /// <summary>A new database, one whose list is empty, and a backup from before the last that joined.</summary>
    [Theory]
    [InlineData("DROP SCHEMA public CASCADE; CREATE SCHEMA public", true)]
    [InlineData("DELETE FROM OrleansMembershipTable; DELETE FROM OrleansMembershipVersionTable", false)]
    [InlineData("UPDATE OrleansMembershipVersionTable SET Version = 0", false)]
    public async Task Whoever_runs_joins_a_list_of_members_anew_that_has_lost_it_and_phones_stay(
        string loss, bool throughDoor)
    {
        await using var household = await Household.Start(database.Server, macs: 1, throughDoor);
        var mac = household.Macs[0];
        await using var phone = await household.Pair(mac, "phone");
        await using var live = await phone.Open(phone.Pairings.Load().Single(), Cancellation);

        await household.Execute(loss);

        // Whatever keeps a front door running starts it anew.
        Assert.Equal(1, await household.Door.Process.Exit());
        await household.RestartDoor();
        await household.Until(mac, 403);
        Assert.IsType<DoneMessage>(await Answers.Last(live));
    }

    [Fact]
    public async Task A_mac_that_is_asked_to_stop_finishes_its_answers_and_takes_no_new_phones()
    {
        await using var household = await Household.Start(database.Server, macs: 1);
        var mac = household.Macs[0];
        await using var phone = await household.Pair(mac, "phone");
        await using var live = await phone.Open(phone.Pairings.Load().Single(), Cancellation);
        await using var words = live.Chat(new ChatMessage { Prompt = "a long story" }).GetAsyncEnumerator(Cancellation);
        Assert.True(await words.MoveNextAsync());
        Signals.Terminate(mac.Process.Id);
        await household.Until(mac, 503);
        Message last;
        do
        {
            last = words.Current;
        }
        while (await words.MoveNextAsync());

        Assert.IsType<DoneMessage>(last);
        Assert.Equal(0, await mac.Process.Exit());
    }

    [Fact]
    public async Task A_drained_mac_takes_no_new_phones_and_keeps_those_that_it_has()
    {
        await using var household = await Household.Start(database.Server, macs: 2);
        var (asked, drained) = (household.Macs[0], household.Macs[1]);
        await using var phone = await household.Pair(drained, "phone");
        await using var late = await household.Pair(drained, "late");
        await using var live = await phone.Open(phone.Pairings.Load().Single(), Cancellation);
        Assert.Equal(0, (await household.Command(asked, "macs", "drain", household.Ids[drained.Home])).Exit);
        var away = await Assert.ThrowsAsync<ConnectException>(
            () => late.Open(late.Pairings.Load().Single(), Cancellation));
        Assert.Equal(ConnectFailure.MacAway, away.Reason);

        Assert.Equal(("draining", "mac-2", 1), await Listed(household, asked, drained));
        Assert.Equal("here", (await Listed(household, asked, asked)).State);

        // A stranger is told what any Mac tells.
        Assert.Equal(403, await household.Knock(drained));
        Assert.Equal(403, await household.Knock(asked));
        Assert.IsType<DoneMessage>(await Answers.Last(live));

        Assert.Equal(0, (await household.Command(asked, "macs", "drain", household.Ids[drained.Home], "--off")).Exit);
        var audit = await File.ReadAllTextAsync(Path.Combine(asked.Home, "audit.log"), Cancellation);
        Assert.Equal(2, audit.Split("\"configuration_changed\"").Length - 1);

        Assert.Equal(("here", "mac-2", 1), await Listed(household, asked, drained));
        await (await late.Open(late.Pairings.Load().Single(), Cancellation)).DisposeAsync();
    }

    [Fact]
    public async Task A_copy_of_a_mac_does_not_serve_beside_it()
    {
        await using var household = await Household.Start(database.Server, macs: 1);
        var mac = household.Macs[0];
        Household.Copy(mac.Home, household.Of("copy"));
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => household.StartMac("copy"));
        Assert.Contains("with these keys runs at", refused.Message, StringComparison.Ordinal);

        // On another machine, where the silo's port may be the same.
        refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => household.StartMac("copy", household.SiloPort("mac-1"), "127.0.0.2"));
        Assert.Contains("with these keys runs at 127.0.0.1", refused.Message, StringComparison.Ordinal);
        Assert.Equal(403, await household.Knock(mac));
    }

    /// <summary>How <c>quicpair macs</c> of one Mac lists another one.</summary>
    private static async Task<(string? State, string? Name, int Connected)> Listed(
        Household household, MacProcess by, MacProcess other)
    {
        var (_, output, _) = await household.Command(by, "macs", "--json");
        using var macs = JsonDocument.Parse(output);
        var listed = macs.RootElement.EnumerateArray().Single(
            mac => mac.GetProperty("mac").GetString() == household.Ids[other.Home]);
        return (
            listed.GetProperty("state").GetString(), listed.GetProperty("name").GetString(),
            listed.GetProperty("connected").GetInt32());
    }

    private static bool IsWaiting(string line) => line.Contains("QuicPair waits for it", StringComparison.Ordinal);
}
