using System.Diagnostics;
using QuicPair.Client;
using QuicPair.Cluster.Tests.Processes;
using QuicPair.EndToEnd;
using QuicPair.Protocol.Messages;
using Xunit;

namespace QuicPair.Cluster.Tests;

/// <summary>
/// Blow after blow at three real Macs, their front door and their database, with the default probe settings and offers.
/// All but one need the machine for themselves and run with <c>QUICPAIR_SOAK=1</c>; GoingAwayTests has a sample.
/// </summary>
public sealed class EnduranceTests(Database database)
{
    private const string OnlyWhole = "QUICPAIR_SOAK=1 runs it.";

    public static bool IsSoak => Environment.GetEnvironmentVariable("QUICPAIR_SOAK") == "1";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory(Skip = OnlyWhole, SkipUnless = nameof(IsSoak))]
    [InlineData(false, 4711)]
    [InlineData(true, 4712)]
    public async Task Rounds_of_kills_freezes_and_restarts_under_load_lose_no_pairing_and_misplace_nothing(
        bool throughDoor, int seed)
    {
        const int Rounds = 50;
        var (random, kinds) = (new Random(seed), Enum.GetValues<Blow>());
        var (household, server) = await Household.StartWithServer(macs: 3, throughDoor);
        await using var members = household;
        await using var placements = await Placements.Watch(household);
        await using var blows = await Blows.Prepare(household, server);
        var counts = kinds.ToDictionary(kind => kind, _ => 0);
        for (var round = 0; round < Rounds; round++)
        {
            // The first rounds have one blow of each kind.
            var blow = kinds[round < kinds.Length ? round : random.Next(kinds.Length)];
            var mac = random.Next(household.Macs.Count);
            counts[blow]++;
            var seen = await blows.Strike(blow, mac, round);
            var (owned, wrong) = await placements.Look();
            Assert.True(owned >= 2 * household.Macs.Count, $"only {owned} grains");
            Assert.Empty(wrong);
            TestContext.Current.TestOutputHelper?.WriteLine(
                $"round {round + 1}: {blow}, mac-{mac + 1}: {seen}; {owned} grains in place");
        }

        foreach (var (mac, name) in blows.Newcomers) await AnswersAgain(household, mac, name);
        var all = string.Join(", ", counts.Select(count => $"{count.Value} {count.Key}"));
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{Rounds} rounds (seed {seed}): {all}; {blows.Pairings} pairings, 0 lost; {blows.Offers} offers to living "
            + "Macs while another was struck, 0 lost");
    }

    [Fact(Skip = OnlyWhole, SkipUnless = nameof(IsSoak))]
    public async Task A_mac_that_was_given_up_while_it_was_frozen_is_back_when_it_wakes_and_its_answer_goes_on()
    {
        await using var household = await Household.Start(database.Server, macs: 3);
        var (frozen, others) = (household.Macs[0], household.Macs.Skip(1).ToList());
        await using var phone = await household.Pair(frozen, "phone");
        await using var connection = phone.Connect(phone.Pairings.Load().Single());
        await using var answer = connection
            .Ask(new ChatMessage { Prompt = "a long story" }, Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await answer.MoveNextAsync());
        using var end = new CancellationTokenSource();
        var load = household.Load(others, end.Token);

        Signals.Stop(frozen.Process.Id);
        await using var twoMinutes = ChildProcess.Start("sleep", ["119"]);
        await household.Until(frozen, 503);
        await household.UntilSeen(others[0], frozen, "away");
        await twoMinutes.Exit();
        Signals.Continue(frozen.Process.Id);
        var awake = Stopwatch.StartNew();
        await household.Until(frozen, 403);
        var back = awake.Elapsed;
        var last = answer.Current;
        while (await answer.MoveNextAsync()) last = answer.Current;
        Assert.IsType<DoneMessage>(last);
        var answered = awake.Elapsed;
        await household.UntilSeen(others[0], frozen, "here");
        await end.CancelAsync();
        var (knocks, odd) = await load;
        Assert.True(knocks > 100, $"only {knocks} knocks");
        Assert.Empty(odd);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"back {back.TotalSeconds:0.0} s after waking, its phone's answer whole after "
            + $"{answered.TotalSeconds:0.0} s; {knocks} offers to the others meanwhile, {odd.Count} lost");
        Assert.InRange(back.TotalSeconds, 0, 15);
    }

    [Fact(Skip = OnlyWhole, SkipUnless = nameof(IsSoak))]
    public async Task A_mac_that_is_declared_dead_by_mistake_replaces_its_silo_and_its_phones_do_not_notice()
    {
        await using var household = await Household.Start(database.Server, macs: 2);
        var mac = household.Macs[0];
        await using var guest = await Guest.Pair(household, 0, "phone");
        var launches = await Launches(mac);
        await household.Execute(
            "UPDATE OrleansMembershipVersionTable SET Version = Version + 1; UPDATE OrleansMembershipTable "
            + $"SET Status = 6 WHERE SiloName = '{household.Ids[mac.Home]}' AND Status = 3");
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (await Launches(mac) <= launches)
        {
            await guest.IsAnswered();
            await timer.WaitForNextTickAsync(Cancellation);
        }

        await household.Until(mac, 403);
        await guest.IsAnswered();
        await household.UntilSeen(household.Macs[1], mac, "here");
    }

    [Fact(Skip = OnlyWhole, SkipUnless = nameof(IsSoak))]
    public async Task A_mac_that_restarts_while_another_is_frozen_serves_before_that_one_wakes()
    {
        await using var household = await Household.Start(database.Server, macs: 3);
        await using var guest = await Guest.Pair(household, 1, "phone");
        await using var neighbour = await Guest.Pair(household, 2, "neighbour");
        var frozen = household.Macs[0];
        Signals.Stop(frozen.Process.Id);
        await household.Restart(1);
        await household.Until(household.Macs[1], 403);
        await guest.OpenAgain();
        await guest.IsAnswered();
        await neighbour.IsAnswered();
        Assert.Equal(503, await household.Knock(frozen));

        Signals.Continue(frozen.Process.Id);
        await household.Until(frozen, 403);
        await guest.IsAnswered();
    }

    [Fact(Skip = OnlyWhole, SkipUnless = nameof(IsSoak))]
    public async Task Of_two_copies_of_a_mac_that_start_at_the_same_moment_one_serves()
    {
        await using var household = await Household.Start(database.Server, macs: 2);
        var mac = household.Macs[0];
        await using (await household.Pair(mac, "phone"))
        {
            Signals.Terminate(mac.Process.Id);
            Assert.Equal(0, await mac.Process.Exit());
        }

        Household.Copy(mac.Home, household.Of("copy"));
        var copies = await Task.WhenAll(Begin("mac-1"), Begin("copy"));
        var left = copies.OfType<MacProcess>().ToList();
        household.Macs.AddRange(left);
        if (left.Count == 2)
        {
            var ended = await Task.WhenAny(left.Select(async copy =>
            {
                await copy.Process.Exit();
                return copy;
            }));
            left.Remove(await ended);
        }

        var survivor = Assert.Single(left);
        await household.Until(survivor, 403);
        await AnswersAgain(household, 0, "phone");
        Assert.Equal(403, await household.Knock(survivor));

        async Task<MacProcess?> Begin(string name)
        {
            try
            {
                return await household.StartMac(name);
            }
            catch (InvalidOperationException refused)
            {
                Assert.Contains("with these keys runs at", refused.Message, StringComparison.Ordinal);
                return null;
            }
        }
    }

    [Fact]
    public async Task A_mac_that_wakes_and_finds_its_copy_in_its_place_ends()
    {
        await using var household = await Household.Start(database.Server, macs: 2);
        var mac = household.Macs[0];
        await (await household.Pair(mac, "phone")).DisposeAsync();
        Signals.Stop(mac.Process.Id);
        Household.Copy(mac.Home, household.Of("copy"));
        await using var copy = await household.StartMac("copy");
        await household.Until(copy, 403);
        Signals.Continue(mac.Process.Id);
        Assert.NotEqual(0, await mac.Process.Exit());
        Assert.Contains("with these keys runs at", mac.Process.Errors, StringComparison.Ordinal);
        await household.Until(copy, 403);
        await AnswersAgain(household, 0, "phone");
    }

    /// <summary>A phone that paired once is answered, without a new scan.</summary>
    private static async Task AnswersAgain(Household household, int mac, string name)
    {
        await using var phone = new Phone(new PhoneOptions { Name = name, StorePath = household.Of($"{name}.json") });
        var pairing = phone.Pairings.Load().Single();
        Assert.Equal(household.Ids[household.Macs[mac].Home], pairing.MacId);
        await using var open = await phone.Open(pairing, Cancellation);
        Assert.IsType<DoneMessage>(await Answers.Last(open));
    }

    private static async Task<int> Launches(MacProcess mac)
    {
        try
        {
            return (await mac.Ask(new { op = "macs" })).GetProperty("launch").GetInt32();
        }
        catch (Exception away) when (away is System.Net.Sockets.SocketException or IOException
            or ArgumentNullException or KeyNotFoundException)
        {
            // The silo starts anew, and the socket with it.
            return 0;
        }
    }
}
